"""What the coach may say: short, outward-looking, nothing about injury or health.

External focus (what happens around the runner) costs less than attention to one's own movement
(Schuecker 2014), so no phrase names a body movement.
"""

QUICKER = ("Quick, light feet.", "Lighter, quicker feet.", "Let the ground come to you.")
SLOWER = ("Longer push, easy rhythm.",)
LOST = "unknown"
SOUND_IS_BACK = "Sound is back."

PHRASES: tuple[str, ...] = (*QUICKER, *SLOWER, SOUND_IS_BACK)

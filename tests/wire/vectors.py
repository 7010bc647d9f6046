"""Published and own byte strings of every parser: expectations are in the parsers' own tests.

They are the seeds of the fuzz and of the mutations, too.
"""

RSC = bytes.fromhex("07341256890704030201")
HEART = bytes.fromhex("110000ffff7f80")
TREADMILL = bytes.fromhex("84242c010a00000500ffffff3c00500000")
POLAR_RAW = bytes.fromhex("02009435770000000001f7ffffffe703f8fffeffe503")
POLAR_DELTA_1 = bytes.fromhex("02650000000000000081f1ff1400f00306017b0f08")
POLAR_DELTA_0 = bytes.fromhex("020094357700000000807107f06a9e8d0a01be5cbe3a")
POLAR_GYRO = bytes.fromhex("05ffffffffffffff7f80eaff08000d000301df00")
POLAR_ALREADY = bytes.fromhex("f0020206")
POLAR_SETTINGS = bytes.fromhex("00013400010110000204f500f401e803d007040103")
POLAR_FACTOR = bytes.fromhex("0501d044d83b")
POD = bytes.fromhex("1113341240420f001f4b01101019740e0008000000f8e803000018fc")
WITMOTION = bytes.fromhex("55617702a8fe92fe060230fecdfff8f053fcabc4")
DOT_FREE = bytes.fromhex("d8052244af9640406b2aa7405add14c000000000")
FIFO = bytes.fromhex(
    "0108100000" + "20" + "c00000000000" + "08" + "010000000000" + "10" + "000000000210"
)

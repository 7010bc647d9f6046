"""The README's pictures, made by ``make pictures`` from runs of the program itself."""

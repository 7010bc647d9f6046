// Lace pod: a tub for a XIAO on the sensor's breakout and a small cell, and its lid. The laces go
// through the two ears. Units mm. view: print, above, section. Never printed (hw/README.md).
view = "print";
part = "both";      // tub, lid, both
w = 24;             // inside, across the foot
l = 34;             // inside, along the foot
h = 11;             // inside, height
t = 1.6;            // wall
r = 3;              // corner
gap = 0.25;         // between tub and lid
lace = 6;           // slot for the laces, along the foot
$fn = 48;

module plate(x, y, z, c) {
    linear_extrude(z) offset(c) square([x - 2 * c, y - 2 * c], center = true);
}

module ear(side) {
    translate([0, side * (l / 2 + t + lace / 2 + 1), 0]) difference() {
        plate(w, lace + 6, 3, 2);
        translate([0, 0, -1]) plate(w - 8, lace / 2 + 0.5, 5, 1.2);
    }
}

module tub() {
    difference() {
        union() {
            plate(w + 2 * t, l + 2 * t, h + t, r);
            for (side = [-1, 1]) ear(side);
        }
        translate([0, 0, t]) plate(w, l, h + 1, r - 1);
        // USB
        translate([0, l / 2 + t, t + 7]) cube([9.6, 4 * t, 4], center = true);
    }
}

module lid() {
    plate(w + 2 * t, l + 2 * t, t, r);
    // Overlaps the plate a little, so that they are one body.
    translate([0, 0, t - 0.2]) difference() {
        plate(w - 2 * gap, l - 2 * gap, 2.7, r - 1 - gap);
        translate([0, 0, -1]) plate(w - 2 * gap - 2 * t, l - 2 * gap - 2 * t, 5, r - 1.5);
    }
}

module print() {
    if (part != "lid") tub();
    if (part != "tub") translate([part == "both" ? w + 3 * t + 6 : 0, 0, 0]) lid();
}

if (view == "above") projection() print();
else if (view == "section") projection(cut = true) rotate([90, 0, 0]) print();
else print();

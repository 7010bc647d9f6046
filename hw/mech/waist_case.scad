// Waist case: a tub for a Raspberry Pi Zero 2 W (65 x 30 mm) with the sensor flat on its floor and
// the cell below, two slots for a belt, and its lid. Units mm. Never printed (hw/README.md).
view = "print";
part = "both";      // tub, lid, both
w = 67;             // inside, across the back
l = 33;             // inside, up the back
h = 20;             // inside, depth
t = 2;
r = 4;
gap = 0.25;
belt = 32;          // the widest belt
$fn = 48;

module plate(x, y, z, c) {
    linear_extrude(z) offset(c) square([x - 2 * c, y - 2 * c], center = true);
}

module ear(side) {
    translate([side * (w / 2 + t + 5), 0, 0]) difference() {
        plate(18, belt + 8, 4, 2);
        translate([side * 2, 0, -1]) plate(5, belt, 6, 1);
    }
}

module posts() {
    // The board's holes: 58 x 23 mm, M2.5.
    for (x = [-29, 29], y = [-11.5, 11.5]) translate([x, y, t - 0.2]) difference() {
        cylinder(d = 5.5, h = 7.2);
        translate([0, 0, 1.2]) cylinder(d = 2.1, h = 7);
    }
}

module tub() {
    difference() {
        union() {
            plate(w + 2 * t, l + 2 * t, h + t, r);
            for (side = [-1, 1]) ear(side);
        }
        translate([0, 0, t]) plate(w, l, h + 1, r - 1);
        // USB and power; card; audio lead
        translate([10, -l / 2 - t, t + 10]) cube([38, 4 * t, 7], center = true);
        translate([-w / 2 - t, 0, t + 16]) cube([4 * t, 14, 9], center = true);
    }
    posts();
}

module lid() {
    difference() {
        union() {
            plate(w + 2 * t, l + 2 * t, t, r);
            translate([0, 0, t - 0.2]) difference() {
                plate(w - 2 * gap, l - 2 * gap, 2.7, r - 1 - gap);
                translate([0, 0, -1]) plate(w - 2 * gap - 2 * t, l - 2 * gap - 2 * t, 5, r - 2);
            }
        }
        // Button 12 mm, light 5 mm
        translate([-14, 0, -1]) cylinder(d = 12.2, h = 6);
        translate([14, 0, -1]) cylinder(d = 5.2, h = 6);
    }
}

module print() {
    if (part != "lid") tub();
    if (part != "tub") translate([0, part == "both" ? l + 3 * t + 14 : 0, 0]) lid();
}

if (view == "above") projection() print();
else if (view == "section") projection(cut = true) rotate([90, 0, 0]) print();
else print();

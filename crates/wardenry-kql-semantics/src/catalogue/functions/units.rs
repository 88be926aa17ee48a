use super::super::entry::{Entry, function};

pub(in super::super) const UNITS: &[Entry] = &[
    function("convert_angle", "(value: real, from: string, to: string) -> real", "An angle in another unit")
        .unsupported(),
    function(
        "convert_energy",
        "(value: real, from: string, to: string) -> real",
        "An energy in another unit",
    )
    .unsupported(),
    function("convert_force", "(value: real, from: string, to: string) -> real", "A force in another unit")
        .unsupported(),
    function("convert_length", "(value: real, from: string, to: string) -> real", "A length in another unit")
        .unsupported(),
    function("convert_mass", "(value: real, from: string, to: string) -> real", "A mass in another unit")
        .unsupported(),
    function("convert_speed", "(value: real, from: string, to: string) -> real", "A speed in another unit")
        .unsupported(),
    function(
        "convert_temperature",
        "(value: real, from: string, to: string) -> real",
        "A temperature in another unit",
    )
    .unsupported(),
    function("convert_volume", "(value: real, from: string, to: string) -> real", "A volume in another unit")
        .unsupported(),
];

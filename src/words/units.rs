//! Units of measurement by the words that name them, and what they are in each other.

/// What a unit measures. Units of one dimension convert into each other; currencies do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension {
    Time,
    Temperature,
    Length,
    Mass,
    Volume,
    Share,
    Money,
    Data,
}

/// A unit: how much of the dimension's base it is, and where its zero lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub dimension: Dimension,
    pub factor: f64,
    pub zero: f64,
    /// The first of its names.
    pub name: &'static str,
}

impl Dimension {
    /// What is converted between units.
    pub(super) const MEASURES: [Self; 5] = [Self::Temperature, Self::Length, Self::Mass, Self::Volume, Self::Data];
}

use Dimension::{Data, Length, Mass, Money, Share, Temperature, Time, Volume};

/// By unit: dimension, size in the dimension's base, zero, and all names in English, German, French and Spanish.
const UNITS: [(Dimension, f64, f64, &str); 39] = [
    (Time, 1e-3, 0.0, "ms millisecond milliseconds millisekunde millisekunden"),
    (Time, 1.0, 0.0, "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos"),
    (Time, 60.0, 0.0, "min mins minute minutes minuten minuto minutos mintues minuts"),
    (Time, 3600.0, 0.0, "h hr hrs hour hours stunde stunden std heure heures hora horas"),
    (Time, 86_400.0, 0.0, "d day days tag tage tagen jour jours día días dia dias night nights"),
    (Time, 604_800.0, 0.0, "week weeks woche wochen semaine semaines semana semanas"),
    (Time, 2_629_800.0, 0.0, "month months monat monate monaten mois mes meses"),
    (Time, 31_557_600.0, 0.0, "year years jahr jahre jahren an ans année années año años"),
    (Temperature, 1.0, 273.15, "celsius °c centigrade"),
    (Temperature, 5.0 / 9.0, 459.67 * 5.0 / 9.0, "fahrenheit °f"),
    (Temperature, 1.0, 0.0, "kelvin"),
    (Length, 1e-3, 0.0, "mm millimeter millimeters millimetre millimetres"),
    (Length, 0.01, 0.0, "cm centimeter centimeters centimetre centimetres zentimeter centimètres centímetros"),
    (Length, 1.0, 0.0, "m meter meters metre metres metern mètre mètres metro metros"),
    (
        Length,
        1000.0,
        0.0,
        "km kilometer kilometers kilometre kilometres kilometern kilomètre kilomètres kilómetro kilómetros",
    ),
    (Length, 0.0254, 0.0, "inch inches zoll pouces pulgadas"),
    (Length, 0.3048, 0.0, "ft foot feet fuß pieds pies"),
    (Length, 0.9144, 0.0, "yd yard yards"),
    (Length, 1609.344, 0.0, "mi mile miles meile meilen milles millas"),
    (Mass, 1e-6, 0.0, "mg milligram milligrams milligramm"),
    (Mass, 1e-3, 0.0, "g gram grams gramm gramme grammes gramo gramos"),
    (Mass, 1.0, 0.0, "kg kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos"),
    (Mass, 1000.0, 0.0, "tonne tonnes"),
    (Mass, 0.453_592_37, 0.0, "lb lbs pound pounds"),
    (Mass, 0.028_349_523_125, 0.0, "oz ounce ounces"),
    (Volume, 1e-3, 0.0, "ml milliliter milliliters millilitre millilitres"),
    (Volume, 1.0, 0.0, "l liter liters litre litres litern litro litros"),
    (Volume, 0.236_588_236_5, 0.0, "cup cups"),
    (Volume, 3.785_411_784, 0.0, "gal gallon gallons"),
    (Share, 1.0, 0.0, "% percent prozent pourcent pour-cent"),
    (Money, 1.0, 0.0, "€ euro euros eur"),
    (Money, 2.0, 0.0, "$ dollar dollars usd bucks dólar dólares"),
    (Money, 3.0, 0.0, "£ gbp quid sterling"),
    (Money, 4.0, 0.0, "chf francs franken"),
    (Money, 5.0, 0.0, "¥ yen jpy"),
    (Money, 0.01, 0.0, "cent cents centimes céntimos"),
    (Data, 1e6, 0.0, "mb megabyte megabytes"),
    (Data, 1e9, 0.0, "gb gigabyte gigabytes"),
    (Data, 1e12, 0.0, "tb terabyte terabytes"),
];

/// The unit that a folded word names.
pub(super) fn unit(word: &str) -> Option<Unit> {
    UNITS.iter().find_map(|&(dimension, factor, zero, names)| {
        let mut all = names.split_ascii_whitespace();
        let name = names.split_ascii_whitespace().next()?;
        all.any(|known| known == word).then_some(Unit { dimension, factor, zero, name })
    })
}

/// A value in another unit; `None` where one is not the other, as with euros and dollars.
pub(super) fn convert(value: f64, from: Unit, to: Unit) -> Option<f64> {
    let is_change = from.name == "cent" && matches!(to.name, "€" | "$");
    if from.dimension != to.dimension || from.dimension == Money && from.name != to.name && !is_change {
        return None;
    }
    if is_change {
        return Some(value / 100.0);
    }
    let result = (value * from.factor + from.zero - to.zero) / to.factor;
    // Twelve digits hide what binary fractions add.
    Some((result * 1e9).round() / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_convert_within_their_dimension() {
        let named = |word| unit(word).unwrap();
        for (value, from, to, expected) in [
            (90.0, "seconds", "minutes", 1.5),
            (68.0, "fahrenheit", "celsius", 20.0),
            (2.0, "stunden", "min", 120.0),
            (2.0, "weeks", "days", 14.0),
            (5.0, "euro", "euros", 5.0),
            (350.0, "cents", "euros", 3.5),
        ] {
            assert_eq!(convert(value, named(from), named(to)), Some(expected), "{value} {from}");
        }
        assert_eq!(convert(1.0, named("dollars"), named("euros")), None);
        assert_eq!(convert(1.0, named("hours"), named("km")), None);
        assert!(unit("timer").is_none() && unit("").is_none());
    }
}

//! Values of the metadata.

use super::{cursor::Cursor, damaged};
use crate::error::Result;

/// A value of the metadata.
#[derive(Debug, Clone, PartialEq)]
pub enum MetaValue {
    /// An unsigned or signed integer of any width.
    Integer(i128),
    /// A float of either width.
    Float(f64),
    /// A flag.
    Bool(bool),
    /// A text.
    Text(String),
    /// Texts, as of a vocabulary.
    Texts(Vec<String>),
    /// Integers, as of the kinds of tokens.
    Integers(Vec<i64>),
    /// Floats, as of the scores of tokens.
    Floats(Vec<f32>),
    /// An array of arrays, or of flags: nothing that is read here needs them.
    Other,
}

/// Deepest nesting of arrays.
const MAX_DEPTH: usize = 4;

impl MetaValue {
    pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Self> {
        let kind = cursor.u32()?;
        Self::of_kind(kind, cursor, 0)
    }

    fn of_kind(kind: u32, cursor: &mut Cursor<'_>, depth: usize) -> Result<Self> {
        Ok(match kind {
            7 => Self::Bool(cursor.array::<1>()? != [0]),
            8 => Self::Text(cursor.string()?),
            6 => Self::Float(shortest(f32::from_le_bytes(cursor.array()?))),
            12 => Self::Float(f64::from_le_bytes(cursor.array()?)),
            9 => Self::read_array(cursor, depth)?,
            _ => Self::Integer(integer(kind, cursor)?),
        })
    }

    fn read_array(cursor: &mut Cursor<'_>, depth: usize) -> Result<Self> {
        let kind = cursor.u32()?;
        let count = cursor.elements()?;
        Ok(match kind {
            8 => Self::Texts((0..count).map(|_| cursor.string()).collect::<Result<_>>()?),
            6 => Self::Floats((0..count).map(|_| Ok(f32::from_le_bytes(cursor.array()?))).collect::<Result<_>>()?),
            7 | 9 | 12 => {
                if depth == MAX_DEPTH {
                    return Err(damaged("its arrays are nested too deeply"));
                }
                for _ in 0..count {
                    Self::of_kind(kind, cursor, depth + 1)?;
                }
                Self::Other
            }
            _ => {
                let one = |cursor: &mut Cursor<'_>| {
                    i64::try_from(integer(kind, cursor)?).map_err(|_| damaged("an integer of an array is too large"))
                };
                Self::Integers((0..count).map(|_| one(cursor)).collect::<Result<_>>()?)
            }
        })
    }

    /// A non-negative integer, or a float without fraction.
    pub fn as_usize(&self) -> Option<usize> {
        match self {
            Self::Integer(value) => usize::try_from(*value).ok(),
            // Some writers store sizes as floats.
            Self::Float(value) if value.fract() == 0.0 && (0.0..9e15).contains(value) => Some(*value as usize),
            _ => None,
        }
    }

    /// A number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// A text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A flag.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Texts.
    pub fn as_texts(&self) -> Option<&[String]> {
        match self {
            Self::Texts(texts) => Some(texts),
            _ => None,
        }
    }

    /// Integers.
    pub fn as_integers(&self) -> Option<&[i64]> {
        match self {
            Self::Integers(integers) => Some(integers),
            _ => None,
        }
    }

    /// Floats.
    pub fn as_floats(&self) -> Option<&[f32]> {
        match self {
            Self::Floats(floats) => Some(floats),
            _ => None,
        }
    }
}

/// The number with the shortest decimal form of that f32: 0.00001, and not 0.0000099999997.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

fn integer(kind: u32, cursor: &mut Cursor<'_>) -> Result<i128> {
    Ok(match kind {
        0 => u8::from_le_bytes(cursor.array()?).into(),
        1 => i8::from_le_bytes(cursor.array()?).into(),
        2 => u16::from_le_bytes(cursor.array()?).into(),
        3 => i16::from_le_bytes(cursor.array()?).into(),
        4 => u32::from_le_bytes(cursor.array()?).into(),
        5 => i32::from_le_bytes(cursor.array()?).into(),
        10 => u64::from_le_bytes(cursor.array()?).into(),
        11 => i64::from_le_bytes(cursor.array()?).into(),
        other => return Err(damaged(format!("it has a value of type {other}, which no version of the format has"))),
    })
}

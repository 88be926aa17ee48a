//! Reading domain words and ids from texts, with the error that the type itself words.

use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};

/// A value whose scenario form is the text that its `FromStr` reads.
struct TextForm<T>(T);

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for TextForm<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor<T>(PhantomData<T>);

        impl<T: FromStr<Err: Display>> Visitor<'_> for TextVisitor<T> {
            type Value = TextForm<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<TextForm<T>, E> {
                text.parse().map(TextForm).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(TextVisitor(PhantomData))
    }
}

/// For `#[serde(deserialize_with)]` on a field that must be there.
pub(super) fn required<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    TextForm::deserialize(deserializer).map(|TextForm(value)| value)
}

/// For `#[serde(default, deserialize_with)]` on a field that may be absent.
pub(super) fn given<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr<Err: Display>,
    D: Deserializer<'de>,
{
    required(deserializer).map(Some)
}

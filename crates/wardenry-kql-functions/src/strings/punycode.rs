//! Punycode (RFC 3492), of texts and of the labels of domain names.
//!
//! [D punycode-from-string-function.md], [D punycode-to-string-function.md], [D punycode-domain-from-string-function.md],
//! [D punycode-domain-to-string-function.md]. Mind the directions: `punycode_from_string` encodes, and
//! `punycode_domain_from_string` decodes.

use super::arguments::{Texts, argument, kernel, text_rows};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const PUNYCODE: ScalarFunction = ScalarFunction {
    names: &[
        "punycode_from_string",
        "punycode_to_string",
        "punycode_domain_from_string",
        "punycode_domain_to_string",
    ],
    bind,
};

const BASE: u32 = 36;
const MIN_THRESHOLD: u32 = 1;
const MAX_THRESHOLD: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const FIRST_POINT: u32 = 0x80;
/// Encoding takes time that grows with the square of the length.
const MAX_CHARACTERS: usize = 4096;

/// What cannot be encoded or decoded is empty.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let convert: fn(&str) -> Option<String> = match function {
        "punycode_from_string" => encode,
        "punycode_to_string" => decode,
        "punycode_domain_from_string" => decode_domain,
        _ => encode_domain,
    };
    Ok(kernel(function, move |arguments, rows| {
        let texts = Texts::raw(function, argument(function, arguments, 0)?)?;
        text_rows(function, arguments, rows, |row, out| {
            out.push_str(&convert(texts.get(row)).unwrap_or_default());
            Ok(())
        })
    }))
}

/// Encodes the labels that need it. The full stops of East Asian scripts separate labels, too.
fn encode_domain(domain: &str) -> Option<String> {
    let labels = domain.split(['.', '\u{3002}', '\u{FF0E}', '\u{FF61}']).map(|label| {
        if label.is_ascii() { Some(label.to_owned()) } else { Some(format!("xn--{}", encode(label)?)) }
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

fn decode_domain(domain: &str) -> Option<String> {
    let labels = domain.split('.').map(|label| match label.get(..4) {
        Some(prefix) if prefix.eq_ignore_ascii_case("xn--") => decode(&label[4..]),
        _ => Some(label.to_owned()),
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

/// RFC 3492 section 6.1.
fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut steps = 0;
    while delta > ((BASE - MIN_THRESHOLD) * MAX_THRESHOLD) / 2 {
        delta /= BASE - MIN_THRESHOLD;
        steps += BASE;
    }
    steps + (BASE - MIN_THRESHOLD + 1) * delta / (delta + SKEW)
}

fn threshold(step: u32, bias: u32) -> u32 {
    step.saturating_sub(bias).clamp(MIN_THRESHOLD, MAX_THRESHOLD)
}

/// RFC 3492 section 6.3.
fn encode(text: &str) -> Option<String> {
    let points: Vec<u32> = text.chars().map(u32::from).collect();
    if points.len() > MAX_CHARACTERS {
        return None;
    }
    let mut out: String = text.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).ok()?;
    if basic > 0 {
        out.push('-');
    }
    let total = u32::try_from(points.len()).ok()?;
    let (mut handled, mut point, mut delta, mut bias) = (basic, FIRST_POINT, 0u32, INITIAL_BIAS);
    while handled < total {
        let next = *points.iter().filter(|candidate| **candidate >= point).min()?;
        delta = delta.checked_add((next - point).checked_mul(handled + 1)?)?;
        point = next;
        for candidate in &points {
            if *candidate < point {
                delta = delta.checked_add(1)?;
            } else if *candidate == point {
                let (mut rest, mut step) = (delta, BASE);
                loop {
                    let threshold = threshold(step, bias);
                    if rest < threshold {
                        break;
                    }
                    out.push(digit(threshold + (rest - threshold) % (BASE - threshold))?);
                    rest = (rest - threshold) / (BASE - threshold);
                    step += BASE;
                }
                out.push(digit(rest)?);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        point += 1;
    }
    Some(out)
}

fn digit(value: u32) -> Option<char> {
    char::from_digit(value, BASE).map(|_| {
        let value = u8::try_from(value).unwrap_or(0);
        char::from(if value < 26 { b'a' + value } else { b'0' + value - 26 })
    })
}

fn value_of(digit: u8) -> Option<u32> {
    match digit {
        b'a'..=b'z' => Some(u32::from(digit - b'a')),
        b'A'..=b'Z' => Some(u32::from(digit - b'A')),
        b'0'..=b'9' => Some(u32::from(digit - b'0') + 26),
        _ => None,
    }
}

/// RFC 3492 section 6.2.
fn decode(text: &str) -> Option<String> {
    if !text.is_ascii() || text.len() > MAX_CHARACTERS {
        return None;
    }
    let (basic, digits) = text.rsplit_once('-').unwrap_or(("", text));
    let mut decoded: Vec<char> = basic.chars().collect();
    let (mut point, mut index, mut bias) = (FIRST_POINT, 0u32, INITIAL_BIAS);
    let mut digits = digits.bytes();
    while digits.len() > 0 {
        let before = index;
        let (mut weight, mut step) = (1u32, BASE);
        loop {
            let value = value_of(digits.next()?)?;
            index = index.checked_add(value.checked_mul(weight)?)?;
            let threshold = threshold(step, bias);
            if value < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            step += BASE;
        }
        let total = u32::try_from(decoded.len()).ok()? + 1;
        bias = adapt(index - before, total, before == 0);
        point = point.checked_add(index / total)?;
        index %= total;
        decoded.insert(usize::try_from(index).ok()?, char::from_u32(point)?);
        index += 1;
    }
    Some(decoded.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::strings::calling::{call, strings, text};

    fn convert(function: &str, source: &str) -> Vec<Value> {
        call(function, ScalarType::String, &[text(source)])
    }

    /// [D punycode-from-string-function.md], [D punycode-to-string-function.md]
    #[test]
    fn texts() {
        assert_eq!(
            convert("punycode_from_string", "académie-française"),
            strings(&["acadmie-franaise-npb1a"])
        );
        assert_eq!(convert("punycode_from_string", "艺术"), strings(&["cqv902d"]));
        assert_eq!(convert("punycode_to_string", "acadmie-franaise-npb1a"), strings(&["académie-française"]));
        assert_eq!(convert("punycode_to_string", "99999999"), strings(&[""]));
        assert_eq!(convert("punycode_to_string", "é"), strings(&[""]));
    }

    /// [D punycode-domain-from-string-function.md]
    #[test]
    fn domains_are_decoded() {
        let decode = |domain: &str| convert("punycode_domain_from_string", domain);
        assert_eq!(decode("xn--Ge-mia.Bulg.edu"), strings(&["Gáe.Bulg.edu"]));
        assert_eq!(decode("xn--Lin-8na.Celtchair.org"), strings(&["Lúin.Celtchair.org"]));
        assert_eq!(decode("xn--Ry-lja8c.xn--Jng-uta63a.xn--Bng-9ka.com"), strings(&["Rúyì.Jīngū.Bàng.com"]));
    }

    /// [D punycode-domain-to-string-function.md]
    #[test]
    fn domains_are_encoded() {
        let encode = |domain: &str| convert("punycode_domain_to_string", domain);
        assert_eq!(
            encode("Lê Lợi。Thuận Thiên。com"),
            strings(&["xn--L Li-gpa4517b.xn--Thun Thin-s4a7194f.com"])
        );
        assert_eq!(
            encode("Riðill｡Skáldskaparmál｡org"),
            strings(&["xn--Riill-jta.xn--Skldskaparml-dbbj.org"])
        );
        assert_eq!(encode("Kaledvoulc'h.Artorījos.edu"), strings(&["Kaledvoulc'h.xn--Artorjos-ejb.edu"]));
    }
}

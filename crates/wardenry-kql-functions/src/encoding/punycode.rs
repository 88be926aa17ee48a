//! Punycode (RFC 3492). Sources: `punycode-from-string-function.md` and its neighbours.

use crate::rows::{Text, kernel, text1};
use crate::{FunctionError, Kernel, ScalarCall};

/// The longest text in characters: the algorithm is quadratic, and a label of a domain has 63.
const LONGEST: usize = 4096;
const PREFIX: &str = "xn--";

pub(super) fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    Ok(kernel(function, move |arguments, rows| {
        let [text] = arguments else { return Err(FunctionError::misplaced(function)) };
        text1::<Text>(text, rows, |out, text| {
            let result = match function {
                "punycode_from_string" => encode(text),
                "punycode_to_string" => decode(text),
                "punycode_domain_from_string" => labels(text, |label| match label.get(..PREFIX.len()) {
                    Some(prefix) if prefix.eq_ignore_ascii_case(PREFIX) => decode(&label[PREFIX.len()..]),
                    _ => Some(label.to_owned()),
                }),
                _ => labels(text, |label| {
                    if label.is_ascii() {
                        Some(label.to_owned())
                    } else {
                        Some(PREFIX.to_owned() + &encode(label)?)
                    }
                }),
            };
            out.push_str(&result.unwrap_or_default());
        })
    }))
}

/// Each label of a domain name.
fn labels(domain: &str, of: impl Fn(&str) -> Option<String>) -> Option<String> {
    Some(domain.split('.').map(of).collect::<Option<Vec<String>>>()?.join("."))
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 128;

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

/// Section 6.1.
fn adapt(delta: u32, points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

/// Section 6.2.
fn decode(text: &str) -> Option<String> {
    if !text.is_ascii() || text.len() > LONGEST {
        return None;
    }
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut n, mut i, mut bias) = (INITIAL_N, 0_u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    while let Some(first) = digits.next() {
        let before = i;
        let (mut weight, mut k, mut byte) = (1_u32, BASE, first);
        loop {
            let digit = match byte {
                b'a'..=b'z' => byte - b'a',
                b'A'..=b'Z' => byte - b'A',
                b'0'..=b'9' => byte - b'0' + 26,
                _ => return None,
            };
            i = i.checked_add(u32::from(digit).checked_mul(weight)?)?;
            let threshold = threshold(k, bias);
            if u32::from(digit) < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
            k += BASE;
            byte = digits.next()?;
        }
        let length = u32::try_from(output.len()).ok()? + 1;
        bias = adapt(i - before, length, before == 0);
        n = n.checked_add(i / length)?;
        i %= length;
        output.insert(usize::try_from(i).ok()?, char::from_u32(n)?);
        i += 1;
    }
    Some(output.into_iter().collect())
}

/// Section 6.3.
fn encode(text: &str) -> Option<String> {
    let input: Vec<u32> = text.chars().take(LONGEST + 1).map(u32::from).collect();
    if input.len() > LONGEST {
        return None;
    }
    let mut output: String = text.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, basic);
    while usize::try_from(handled).ok()? < input.len() {
        let next = input.iter().copied().filter(|point| *point >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for point in &input {
            if *point < n {
                delta = delta.checked_add(1)?;
            }
            if *point == n {
                let mut q = delta;
                let mut k = BASE;
                loop {
                    let threshold = threshold(k, bias);
                    if q < threshold {
                        break;
                    }
                    output.push(digit(threshold + (q - threshold) % (BASE - threshold)));
                    q = (q - threshold) / (BASE - threshold);
                    k += BASE;
                }
                output.push(digit(q));
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n += 1;
    }
    Some(output)
}

/// `a` to `z`, `0` to `9`.
fn digit(value: u32) -> char {
    char::from_digit((value + 10) % BASE, BASE).unwrap_or('a')
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use crate::testing::check;

    #[test]
    fn texts_and_domains() {
        // [D punycode-from-string-function.md, punycode-to-string-function.md, punycode-domain-from-string-function.md]
        check(
            "punycode_from_string",
            "string -> string",
            "académie-française | acadmie-franaise-npb1a\n艺术 | cqv902d",
        );
        check(
            "punycode_to_string",
            "string -> string",
            "acadmie-franaise-npb1a | académie-française\né | \"\"",
        );
        check(
            "punycode_domain_from_string",
            "string -> string",
            "xn--Ge-mia.Bulg.edu | Gáe.Bulg.edu\nxn--Ry-lja8c.xn--Jng-uta63a.xn--Bng-9ka.com | Rúyì.Jīngū.Bàng.com",
        );
        check("punycode_domain_to_string", "string -> string", "艺术.com | xn--cqv902d.com");
    }

    #[test]
    fn damaged_input_is_refused() {
        for text in ["", "a", "-", "abc-", "zzzzzzzz99999999", "a-b-\u{7f}", "99999999999999999999"] {
            if let Some(decoded) = decode(text) {
                assert_eq!(decode(&encode(&decoded).expect("short")), Some(decoded), "{text}");
            }
        }
        assert_eq!(encode(&"é".repeat(5000)), None);
    }
}

//! `series_fft`, `series_ifft`: the discrete Fourier transform and its inverse.
//! [D series-fft-function.md], [D series-ifft-function.md]
//!
//! The transform is not scaled and the inverse is divided by the length, so that the one undoes the other; the reference only says
//! that it does.

use super::numbers::{complete, limit_steps, push_reals, real};
use crate::strings::{Texts, argument, dynamic_rows, kernel};
use crate::{FunctionError, Kernel, ScalarCall, ScalarFunction};

pub(crate) const FOURIER: ScalarFunction = ScalarFunction { names: &["series_fft", "series_ifft"], bind };

/// The array of the real parts and the imaginary parts. Null if an element is no number, or if the two series differ in length.
fn bind(call: &ScalarCall<'_>) -> Result<Box<dyn Kernel>, FunctionError> {
    let function = call.name;
    let direction = if function == "series_fft" { Direction::Forward } else { Direction::Inverse };
    Ok(kernel(function, move |arguments, rows| {
        let reals = Texts::raw(function, argument(function, arguments, 0)?)?;
        let imaginaries = arguments.get(1).map(|argument| Texts::raw(function, argument)).transpose()?;
        dynamic_rows(function, arguments, rows, |row, json| {
            let Some(re) = complete(reals.get(row)) else { return Ok(false) };
            let im = match &imaginaries {
                Some(imaginaries) => complete(imaginaries.get(row)),
                None => Some(vec![0.0; re.len()]),
            };
            let Some(im) = im.filter(|im| im.len() == re.len()) else { return Ok(false) };
            let signal: Vec<Complex> = re.into_iter().zip(im).map(|(re, im)| Complex { re, im }).collect();
            let transformed = transform(function, &signal, direction)?;
            json.push('[');
            push_reals(json, &transformed.iter().map(|value| value.re).collect::<Vec<_>>());
            json.push(',');
            push_reals(json, &transformed.iter().map(|value| value.im).collect::<Vec<_>>());
            json.push(']');
            Ok(true)
        })
    }))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Forward,
    Inverse,
}

#[derive(Clone, Copy, Debug, Default)]
struct Complex {
    re: f64,
    im: f64,
}

impl Complex {
    fn plus(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }

    fn times(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }

    fn scaled(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}

/// Splits a series by the factors of its length, the smallest first; a prime length takes its square in steps.
fn transform(
    function: &'static str,
    signal: &[Complex],
    direction: Direction,
) -> Result<Vec<Complex>, FunctionError> {
    let length = signal.len();
    let mut steps = 0;
    let mut rest = length;
    while rest > 1 {
        let factor = smallest_factor(rest);
        steps += factor;
        rest /= factor;
    }
    limit_steps(function, length, steps)?;
    let roots: Vec<Complex> = (0..length)
        .map(|place| {
            let root = root_of_unity(place, length);
            if direction == Direction::Forward { Complex { im: -root.im, ..root } } else { root }
        })
        .collect();
    let transformed = split(signal, 1, length, &roots);
    Ok(match direction {
        Direction::Forward => transformed,
        Direction::Inverse => transformed.into_iter().map(|value| value.scaled(1.0 / real(length))).collect(),
    })
}

/// Quarters of a turn are exact, so that simple series have simple transforms.
fn root_of_unity(place: usize, length: usize) -> Complex {
    let quarters = 4 * place;
    let within = real(quarters % length) / real(length) * std::f64::consts::FRAC_PI_2;
    let (sin, cos) = within.sin_cos();
    match quarters / length {
        0 => Complex { re: cos, im: sin },
        1 => Complex { re: -sin, im: cos },
        2 => Complex { re: -cos, im: -sin },
        _ => Complex { re: sin, im: -cos },
    }
}

/// The transform of every `stride`-th element, `length` of them. `roots` are the powers of the root of unity of the whole.
fn split(signal: &[Complex], stride: usize, length: usize, roots: &[Complex]) -> Vec<Complex> {
    if length <= 1 {
        return signal.iter().take(length).copied().collect();
    }
    let factor = smallest_factor(length);
    let part = length / factor;
    let parts: Vec<Vec<Complex>> =
        (0..factor).map(|first| split(&signal[first * stride..], stride * factor, part, roots)).collect();
    (0..length)
        .map(|frequency| {
            (parts.iter().enumerate()).fold(Complex::default(), |sum, (first, values)| {
                let root = roots[first * frequency % length * stride];
                sum.plus(values[frequency % part].times(root))
            })
        })
        .collect()
}

fn smallest_factor(number: usize) -> usize {
    (2..=number.isqrt()).find(|factor| number.is_multiple_of(*factor)).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use wardenry_kql_values::{ScalarType, Value};

    use crate::series::testing::near;
    use crate::strings::calling::{call, dynamic, jsons};

    fn fft(function: &str, re: &str, im: &str) -> Vec<Value> {
        call(function, ScalarType::Dynamic, &[dynamic(re), dynamic(im)])
    }

    /// By the definition of the transform.
    #[test]
    fn waves() {
        let one = |series: &str| call("series_fft", ScalarType::Dynamic, &[dynamic(series)]);
        near(&one("[1,1,1,1]"), "[[4,0,0,0],[0,0,0,0]]", 1e-12);
        near(&one("[0,1,0,-1]"), "[[0,0,0,0],[0,-2,0,2]]", 1e-12);
        near(&one("[1,2,3]"), "[[6,-1.5,-1.5],[0,0.8660254037844386,-0.8660254037844386]]", 1e-12);
        near(&one("[1,0,0,0,0,0]"), "[[1,1,1,1,1,1],[0,0,0,0,0,0]]", 1e-12);
    }

    #[test]
    fn the_inverse_undoes_it() {
        let (re, im) = ("[3,1,4,1,5,9,2,6,5,3,5,8]", "[2,7,1,8,2,8,1,8,2,8,4,5]");
        let transformed = fft("series_fft", re, im);
        let [Value::Dynamic(Some(json))] = transformed.as_slice() else { panic!("{transformed:?}") };
        let parts: Vec<serde_json::Value> = serde_json::from_str(json).expect("an array");
        let back = fft("series_ifft", &parts[0].to_string(), &parts[1].to_string());
        near(&back, &format!("[{re},{im}]"), 1e-12);
    }

    #[test]
    fn broken_series() {
        assert_eq!(fft("series_fft", "[]", "[]"), jsons(&["[[],[]]"]));
        assert_eq!(fft("series_fft", "[1,null]", "[1,2]"), jsons(&["null"]));
        assert_eq!(fft("series_ifft", "[1,2]", "[1]"), jsons(&["null"]));
        assert_eq!(fft("series_ifft", "1", "2"), jsons(&["null"]));
    }
}

//! Decimals as text, exactly.

/// 10^n, for n up to 38.
fn power_of_ten(exponent: u32) -> i128 {
    10i128.pow(exponent)
}

/// An integer as the unscaled value of a decimal, when it has room for its digits.
pub(super) fn scaled_integer(value: i128, precision: u8, scale: u8) -> Option<i128> {
    let scaled = value.checked_mul(power_of_ten(scale.into()))?;
    within(scaled, precision)
}

fn within(unscaled: i128, precision: u8) -> Option<i128> {
    (unscaled.unsigned_abs() < power_of_ten(precision.into()).unsigned_abs()).then_some(unscaled)
}

/// Reads `12.5`, `-0.001` or `1.5e3` as the unscaled value of a decimal, when nothing of it is lost.
pub(super) fn parse_decimal(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.as_bytes().first()? {
        b'-' => (true, &mantissa[1..]),
        b'+' => (false, &mantissa[1..]),
        _ => (false, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = || whole.bytes().chain(fraction.bytes());
    if whole.is_empty() && fraction.is_empty() || !all().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // How many of the digits, read as one integer, stand before the point once it is scaled.
    let kept = whole.len() as i64 + i64::from(exponent) + i64::from(scale);
    let mut unscaled: i128 = 0;
    for (at, byte) in all().enumerate() {
        if (at as i64) < kept {
            unscaled = unscaled.checked_mul(10)?.checked_add((byte - b'0').into())?;
        } else if byte != b'0' {
            return None;
        }
    }
    let missing = kept - all().count() as i64;
    if missing > 0 && unscaled != 0 {
        let missing = u32::try_from(missing).ok().filter(|&missing| missing <= 38)?;
        unscaled = unscaled.checked_mul(power_of_ten(missing))?;
    }
    within(if negative { -unscaled } else { unscaled }, precision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_fits_and_nothing_else() {
        let cases = [
            ("12.5", 10, 2, Some(1250)),
            ("-0.01", 10, 2, Some(-1)),
            (".5", 10, 2, Some(50)),
            ("5.", 10, 2, Some(500)),
            ("+7", 10, 0, Some(7)),
            ("12.500", 10, 2, Some(1250)),
            ("12.505", 10, 2, None),
            ("1.5e3", 10, 0, Some(1500)),
            ("15e-1", 10, 1, Some(15)),
            ("15e-2", 10, 1, None),
            ("0e99", 10, 1, Some(0)),
            ("1e99", 38, 0, None),
            ("99999999.99", 10, 2, Some(9_999_999_999)),
            ("100000000.00", 10, 2, None),
            ("99999999999999999999999999999999999999", 38, 0, Some(10i128.pow(38) - 1)),
            ("100000000000000000000000000000000000000", 38, 0, None),
            ("", 10, 2, None),
            (".", 10, 2, None),
            ("-", 10, 2, None),
            ("1,5", 10, 2, None),
            ("NaN", 10, 2, None),
            ("1e", 10, 2, None),
        ];
        for (text, precision, scale, expected) in cases {
            assert_eq!(
                parse_decimal(text, precision, scale),
                expected,
                "{text} as decimal({precision},{scale})"
            );
        }
    }
}

//! RSA verification (RFC 8017 section 8.2.2) fast enough for a whole history.
//!
//! A signature `s` holds if `s^e mod n` is the padded digest:
//!
//! ```text
//! 00 01 FF FF … FF 00 | DigestInfo of the hash | digest
//! ```
//!
//! The arithmetic that Sequoia brings takes 1.3 ms for a key of 4096 bits, most of it in a window
//! of powers that an exponent of 65537 has no use for. Plain square-and-multiply in Montgomery
//! form, with the constants of each key computed once, takes 0.2 ms. All values here are public,
//! so nothing needs to take constant time.
//!
//! A yes from here is sound as long as the arithmetic can't turn a wrong signature into exactly
//! that pattern; on a no the caller asks Sequoia again, which has the last word.

use sequoia_openpgp::types::HashAlgorithm;
use std::cell::Cell;

/// The largest modulus that Sequoia's arithmetic takes, in bits.
pub(super) const MAX_BITS: usize = 4096;

/// An RSA public key, prepared for many verifications.
#[derive(Debug)]
pub(super) struct PublicKey {
    /// The modulus, least significant limb first; odd, its top limb is not zero.
    n: Vec<u64>,
    /// `-1/n mod 2^64`.
    inverse: u64,
    /// `R^2 mod n`, where `R = 2^(64 * n.len())`.
    r_squared: Vec<u64>,
    /// The public exponent, odd.
    e: u64,
    /// Length of the modulus in bytes.
    size: usize,
}

impl PublicKey {
    /// Prepares a key from its big-endian exponent and modulus. `None` if it is not one that this
    /// arithmetic handles.
    pub(super) fn new(e: &[u8], n: &[u8]) -> Option<PublicKey> {
        let first = n.iter().position(|&byte| byte != 0)?;
        let size = n.len() - first;
        let n = limbs(&n[first..], size.div_ceil(8));
        let e = e
            .iter()
            .try_fold(0u64, |e, &byte| (e >> 56 == 0).then_some(e << 8 | u64::from(byte)))?;
        if n.len() * 64 > MAX_BITS || n[0] & 1 == 0 || n == [1] || e < 3 || e & 1 == 0 {
            return None;
        }
        // Newton: every step doubles the number of correct low bits, from 3 to 96.
        let mut inverse = n[0];
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(inverse)));
        }
        let mut r_squared = vec![0; n.len()];
        r_squared[0] = 1;
        for _ in 0..2 * 64 * n.len() {
            double(&mut r_squared, &n);
        }
        Some(PublicKey { inverse: inverse.wrapping_neg(), n, r_squared, e, size })
    }

    /// Whether `signature` (big-endian) is one of `digest` by this key.
    pub(super) fn holds(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> bool {
        let Ok(oid) = hash.oid() else { return false };
        // At least eight bytes of padding, RFC 8017 section 9.2.
        let Some(padding) = self.size.checked_sub(3 + oid.len() + digest.len()) else {
            return false;
        };
        if padding < 8 {
            return false;
        }
        let mut expected = vec![0, 1];
        expected.resize(2 + padding, 0xFF);
        expected.push(0);
        expected.extend_from_slice(oid);
        expected.extend_from_slice(digest);
        self.power(signature).is_some_and(|power| power == limbs(&expected, self.n.len()))
    }

    /// `base^e mod n`; `None` when `base` is not below `n`.
    fn power(&self, base: &[u8]) -> Option<Vec<u64>> {
        let base = limbs_checked(base, self.n.len()).filter(|base| below(base, &self.n))?;
        let mut base_r = vec![0; base.len()];
        self.multiply(&base, &self.r_squared, &mut base_r);
        let mut power = base_r.clone();
        let mut next = vec![0; base.len()];
        for bit in (1..=self.e.ilog2()).rev() {
            if bit != self.e.ilog2() && self.e >> bit & 1 == 1 {
                self.multiply(&power, &base_r, &mut next);
                std::mem::swap(&mut power, &mut next);
            }
            self.multiply(&power, &power, &mut next);
            std::mem::swap(&mut power, &mut next);
        }
        // The lowest bit is always set, and multiplying by the plain base leaves Montgomery form.
        self.multiply(&power, &base, &mut next);
        Some(next)
    }

    /// Montgomery's product `a * b / R mod n` into `out`, for `a` and `b` below `n` (Koç, Acar and
    /// Kaliski, "Analyzing and comparing Montgomery multiplication algorithms", FIOS: the two carry
    /// chains run side by side, which keeps the multiplier busy).
    fn multiply(&self, a: &[u64], b: &[u64], out: &mut [u64]) {
        out.fill(0);
        let mut top = 0;
        for &digit in b {
            let (low, mut carry_a) = multiply_add(a[0], digit, out[0], 0);
            let m = low.wrapping_mul(self.inverse);
            let (_, mut carry_n) = multiply_add(m, self.n[0], low, 0);
            // Writes one limb behind where it reads, which divides by 2^64.
            let cells = Cell::from_mut(&mut *out).as_slice_of_cells();
            for (((to, from), &a), &n) in
                cells.iter().zip(&cells[1..]).zip(&a[1..]).zip(&self.n[1..])
            {
                let low;
                (low, carry_a) = multiply_add(a, digit, from.get(), carry_a);
                let (low, carry) = multiply_add(m, n, low, carry_n);
                to.set(low);
                carry_n = carry;
            }
            let sum = u128::from(top) + u128::from(carry_a) + u128::from(carry_n);
            if let Some(last) = out.last_mut() {
                *last = sum as u64;
            }
            top = (sum >> 64) as u64;
        }
        if top != 0 || !below(out, &self.n) {
            subtract(out, &self.n);
        }
    }
}

/// `a * b + c + d`, which always fits two limbs: low, high.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b) + u128::from(c) + u128::from(d);
    (wide as u64, (wide >> 64) as u64)
}

/// Whether `a < b`, for numbers of the same length.
fn below(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

/// `a -= b`, wrapping at the length of `a`.
fn subtract(a: &mut [u64], b: &[u64]) {
    let mut borrow = false;
    for (a, &b) in a.iter_mut().zip(b) {
        let (difference, first) = a.overflowing_sub(b);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *a = difference;
        borrow = first || second;
    }
}

/// `a = 2 * a mod n`, for `a` below `n`.
fn double(a: &mut [u64], n: &[u64]) {
    let mut carry = 0;
    for limb in a.iter_mut() {
        let next = *limb >> 63;
        *limb = *limb << 1 | carry;
        carry = next;
    }
    if carry == 1 || !below(a, n) {
        subtract(a, n);
    }
}

/// Big-endian bytes as `len` limbs; bytes beyond them are dropped.
fn limbs(bytes: &[u8], len: usize) -> Vec<u64> {
    let mut limbs: Vec<u64> = bytes
        .rchunks(8)
        .take(len)
        .map(|chunk| chunk.iter().fold(0, |limb, &byte| limb << 8 | u64::from(byte)))
        .collect();
    limbs.resize(len, 0);
    limbs
}

/// As [`limbs`], but `None` when the bytes are too many.
fn limbs_checked(bytes: &[u8], len: usize) -> Option<Vec<u64>> {
    (bytes.len() <= len * 8).then(|| limbs(bytes, len))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    /// `a * b mod n` one bit at a time: slow, and too simple to be wrong.
    fn multiply_slowly(a: &[u64], b: &[u64], n: &[u64]) -> Vec<u64> {
        let mut product = vec![0; n.len()];
        for bit in (0..64 * n.len()).rev() {
            double(&mut product, n);
            if b[bit / 64] >> (bit % 64) & 1 == 1 {
                let mut carry = false;
                for (p, &a) in product.iter_mut().zip(a) {
                    let (sum, first) = p.overflowing_add(a);
                    let (sum, second) = sum.overflowing_add(u64::from(carry));
                    *p = sum;
                    carry = first || second;
                }
                if carry || !below(&product, n) {
                    subtract(&mut product, n);
                }
            }
        }
        product
    }

    proptest! {
        #[test]
        fn power_is_repeated_multiplication(
            n in proptest::collection::vec(any::<u8>(), 1..72),
            base in proptest::collection::vec(any::<u8>(), 0..72),
            e in (1u64..40).prop_map(|half| 2 * half + 1),
            fill in any::<bool>(),
        ) {
            let mut n = n;
            if fill { n.fill(0xFF); }
            *n.last_mut().unwrap() |= 1;
            let Some(key) = PublicKey::new(&e.to_be_bytes(), &n) else { return Ok(()) };
            let Some(power) = key.power(&base) else { return Ok(()) };
            let base = limbs(&base, key.n.len());
            let mut expected = base.clone();
            for _ in 1..e {
                expected = multiply_slowly(&expected, &base, &key.n);
            }
            prop_assert_eq!(power, expected);
        }
    }

    #[test]
    fn refuses_numbers_that_are_no_key() {
        assert!(PublicKey::new(&[3], &[]).is_none());
        assert!(PublicKey::new(&[3], &[0, 0]).is_none());
        assert!(PublicKey::new(&[3], &[1]).is_none());
        assert!(PublicKey::new(&[3], &[10]).is_none());
        assert!(PublicKey::new(&[1], &[11]).is_none());
        assert!(PublicKey::new(&[4], &[11]).is_none());
        assert!(PublicKey::new(&[1; 9], &[11]).is_none());
        assert!(PublicKey::new(&[3], &[255; 513]).is_none());
    }

    #[test]
    fn refuses_a_base_that_is_not_reduced() {
        let key = PublicKey::new(&[3], &[0, 0, 11]).unwrap();
        assert_eq!(key.power(&[10]), Some(vec![1000 % 11]));
        assert_eq!(key.power(&[11]), None);
        assert_eq!(key.power(&[0; 9]), None);
    }
}

//! Real signatures by the test keys, and who is trusted to have made them.
//!
//! Ana signs with SSH, once by her key and once by a certificate that Mallory's key issued (serial
//! number 7, key id `ana, 2026`); Bruno signs with OpenPGP. `signed/` holds what `ssh-keygen -Y sign` and
//! `gpg --armor --detach-sign` wrote.

use audit::event::Verdict;
use audit::signature::{Claim, Trust};
use std::sync::LazyLock;

pub(super) const PAYLOAD: &[u8] = include_bytes!("signed/payload");
pub(super) const ANA: &[u8] = include_bytes!("signed/ana.ssh.sig");
pub(super) const ANA_CERTIFIED: &[u8] = include_bytes!("signed/ana-cert.ssh.sig");
pub(super) const BRUNO: &[u8] = include_bytes!("signed/bruno.openpgp.sig");

/// Ana's key, as `ssh-keygen` writes it.
pub(super) const ANA_KEY: &str =
    "AAAAC3NzaC1lZDI1NTE5AAAAIDzE9Orcta263yxIazxYg+f3Ap5UCZdD4KNwh2MDvU2k";
/// Mallory's, who is the authority of Ana's certificate.
pub(super) const MALLORY_KEY: &str =
    "AAAAC3NzaC1lZDI1NTE5AAAAIJEYoMLGA/R2R3dDzz0PEF3VYlL+nu7ZThZDOlN/SleB";

/// 2026-09-01: when the signatures are judged.
pub(super) const NOW: i64 = 1_788_220_800;

/// Trusts Ana, Mallory as an authority, and Bruno.
pub(super) static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let signers = format!(
        "ana@example.com ssh-ed25519 {ANA_KEY}\n*@example.com cert-authority ssh-ed25519 {MALLORY_KEY}\n"
    );
    let bruno = include_bytes!("signed/bruno.openpgp.pub").to_vec();
    let files = vec![("allowed_signers".into(), signers.into()), ("keys/bruno.asc".into(), bruno)];
    Trust::from_files(files, "the test keys", NOW).expect("the test keys can be read")
});

/// A claim that the payload was signed.
pub(super) fn claim(signature: &[u8]) -> Claim<'_> {
    Claim { payload: PAYLOAD, signature, at: Some(NOW), namespace: "git" }
}

pub(super) fn judge(signature: &[u8]) -> Verdict {
    TRUST.judge(&claim(signature))
}

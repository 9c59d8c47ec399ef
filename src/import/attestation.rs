//! in-toto statements: SLSA provenance, test results, gittuf; bare, in DSSE, or in a sigstore bundle.
//!
//! ```text
//! {"mediaType":"application/vnd.dev.sigstore.bundle…","dsseEnvelope":{"payload":"…","payloadType":"application/vnd.in-toto+json"},…}
//! ```
//!
//! Their signatures are not verified here, so nothing of this is called signed: what vouches for it is the import. `gh
//! attestation verify` and cosign verify.

use super::item::{Item, Out, full_id, origin};
use super::json::{self, Look};
use super::left_out::Reason;
use super::{Draft, Source, who};
use crate::event::Kind;
use crate::ledger::{Id, Provenance, name};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

#[derive(Default)]
pub(super) struct Attestations;

const PAYLOAD: &str = "application/vnd.in-toto+json";

impl Source for Attestations {
    fn takes(&self, item: &Item) -> bool {
        let value = &item.value;
        value.has(&["dsseEnvelope"])
            || value.has(&["bundle.dsseEnvelope"])
            || value.has(&["payload", "payloadType", "signatures"])
            || value
                .text("_type")
                .is_some_and(|kind| kind.starts_with("https://in-toto.io/Statement/"))
            || value.has(&["bundle_url", "repository_id"])
            || value.text("mediaType").is_some_and(|kind| kind.contains("sigstore.bundle"))
    }

    fn read(&mut self, item: &Item, out: &mut Out<'_>) {
        let value = &item.value;
        let bundle = if value.has(&["bundle"]) { value.at("bundle") } else { value };
        let envelope =
            if bundle.has(&["dsseEnvelope"]) { bundle.at("dsseEnvelope") } else { bundle };
        let what = "attestation".to_owned();
        if value.text("_type").is_some() {
            return statement(item, bundle, value, out);
        }
        let Some(payload) = envelope.text("payload") else {
            let detail =
                "the answer has only the address of the bundle: gh attestation download brings it";
            return out.skip(item.file, what, Reason::Incomplete, detail);
        };
        if envelope.text("payloadType") != Some(PAYLOAD) {
            return out.no_event(item, what, "its payload is of another type");
        }
        let Some(bytes) = decode(payload) else {
            return out.too_little(item, what, "its payload is no base64");
        };
        match std::str::from_utf8(&bytes).ok().and_then(|text| json::parse(text).ok()) {
            Some(inner) => statement(item, bundle, &inner, out),
            None => out.too_little(item, what, "its payload is no JSON"),
        }
    }
}

/// Base64 in the standard or the URL alphabet, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let standard = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let url = GeneralPurpose::new(&base64::alphabet::URL_SAFE, config);
    standard.decode(text).or_else(|_| url.decode(text)).ok()
}

/// The time of an RFC 3161 stamp: its first GeneralizedTime, which is `genTime` (RFC 3161, section 2.4.2).
fn stamped(der: &[u8]) -> Option<i64> {
    const GENERALIZED_TIME: [u8; 2] = [0x18, 15];
    let at = der.windows(2).position(|window| window == GENERALIZED_TIME)?;
    let text = std::str::from_utf8(der.get(at + 2..at + 17)?).ok()?;
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%SZ").ok()?;
    super::time::within(moment.and_utc().timestamp())
}

fn statement(item: &Item, bundle: &Value, statement: &Value, out: &mut Out<'_>) {
    // Of the statement as JSON with sorted keys, so that it is one whether bare or in an envelope, and whoever signed it.
    let digest = Id::of(statement.to_string().as_bytes()).to_string();
    let said = Statement { item, bundle, statement, digest };
    match statement.text("predicateType").unwrap_or_default() {
        "https://slsa.dev/provenance/v1" => said.slsa_v1(out),
        "https://slsa.dev/provenance/v0.2" => said.slsa_v02(out),
        kind if kind.starts_with("https://in-toto.io/attestation/test-result/") => said.test(out),
        kind if kind.contains("gittuf.dev/reference-authorization/") => said.gittuf(out),
        kind => {
            let what = format!("attestation {}", &said.digest[..10]);
            out.no_event(item, what, &format!("{kind} is no predicate that a record could state"));
        }
    }
}

struct Statement<'v> {
    item: &'v Item,
    bundle: &'v Value,
    statement: &'v Value,
    digest: String,
}

/// What SLSA's two versions say of a build.
struct Built<'v> {
    commit: Option<String>,
    repo: Option<&'v str>,
    run: Option<String>,
    attempt: Option<u64>,
    started: Option<i64>,
    finished: Option<i64>,
    actor: Option<&'v str>,
}

impl Statement<'_> {
    fn predicate(&self) -> &Value {
        self.statement.at("predicate")
    }

    fn what(&self) -> String {
        format!("attestation {}", &self.digest[..10])
    }

    fn from(&self, part: &str, repo: Option<&str>) -> Provenance {
        let mut from = origin("in-toto", "", "", "attestation", &self.digest, self.item);
        from.got = "file".to_owned();
        from.key = format!("attestation/{}{part}", self.digest);
        let path = repo.and_then(|url| name::from_url(plain(url)));
        from.repo = path
            .and_then(|name| name.split_once('/').map(|(_, path)| path.to_owned()))
            .unwrap_or_default();
        from
    }

    /// When the log took it in, where the statement itself has no time.
    fn logged(&self) -> Option<i64> {
        let material = self.bundle.at("verificationMaterial");
        if let Some(entry) = material.items("tlogEntries").first() {
            return super::time::within(entry.id("integratedTime")?.parse().ok()?);
        }
        let stamps = material.items("timestampVerificationData.rfc3161Timestamps");
        stamped(&decode(stamps.first()?.text("signedTimestamp")?)?)
    }

    fn slsa_v1(&self, out: &mut Out<'_>) {
        let predicate = self.predicate();
        let sources = predicate.items("buildDefinition.resolvedDependencies");
        let source = sources.iter().find_map(|one| Some((one.text("uri")?, commit(one)?)));
        let invocation = predicate.text("runDetails.metadata.invocationId").unwrap_or_default();
        let mut run = invocation.split("/runs/").nth(1).unwrap_or_default().split('/');
        let number = run.next().filter(|run| !run.is_empty()).map(str::to_owned);
        let attempt = run.nth(1).and_then(|attempt| attempt.parse().ok());
        // A pull request's run built the trial merge, which is in no branch.
        self.built(
            Built {
                commit: source.as_ref().map(|(_, commit)| commit.clone()),
                repo: source.map(|(uri, _)| uri),
                run: number,
                attempt,
                started: predicate.time("runDetails.metadata.startedOn"),
                finished: predicate.time("runDetails.metadata.finishedOn"),
                actor: None,
            },
            out,
        );
    }

    fn slsa_v02(&self, out: &mut Out<'_>) {
        let predicate = self.predicate();
        let source = predicate.at("invocation.configSource");
        let environment = predicate.at("invocation.environment");
        let attempt = environment.id("github_run_attempt").and_then(|attempt| attempt.parse().ok());
        self.built(
            Built {
                commit: commit(source),
                repo: source.text("uri"),
                run: environment.id("github_run_id"),
                attempt,
                started: predicate.time("metadata.buildStartedOn"),
                finished: predicate.time("metadata.buildFinishedOn"),
                actor: environment.text("github_actor"),
            },
            out,
        );
    }

    fn built(&self, built: Built<'_>, out: &mut Out<'_>) {
        let Some(commit) = built.commit else {
            return out.too_little(self.item, self.what(), "it names no commit that was built");
        };
        let Some(when) = built.finished.or_else(|| self.logged()) else {
            return out.too_little(self.item, self.what(), "nothing in it says when");
        };
        let digests = self.digests();
        let actor = built
            .actor
            .map(|login| who::github(&serde_json::json!({"login": login}), "github.com"));
        let user = actor.unwrap_or_else(who::unknown);
        for digest in &digests {
            let draft =
                Draft::new(Kind::Artifact, when, self.from(&format!("/{}", digest.1), built.repo))
                    .who(user.clone())
                    .what("digest", Some(digest.1.clone()))
                    .what("name", digest.0.clone())
                    .what("commit", Some(commit.clone()));
            out.draft(self.item, draft);
        }
        let artifacts: Vec<String> = digests.into_iter().map(|(_, digest)| digest).collect();
        let draft = Draft::new(Kind::Build, when, self.from("", built.repo))
            .who(user)
            .what("commit", Some(commit))
            .what("outcome", Some("success"))
            .what("run", built.run)
            .what("attempt", built.attempt)
            .what("artifacts", (!artifacts.is_empty()).then_some(artifacts))
            .moment("started", built.started.filter(|at| *at <= when));
        out.draft(self.item, draft);
    }

    /// Names and digests of the subjects, of the algorithms that a record can state.
    fn digests(&self) -> Vec<(Option<String>, String)> {
        let mut found = Vec::new();
        for subject in self.statement.items("subject") {
            let name = subject.text("name").map(str::to_owned);
            for (algorithm, length) in [("sha256", 64), ("sha512", 128), ("sha384", 96)] {
                let hex = subject.at("digest").text(algorithm);
                let hex = hex.filter(|hex| {
                    hex.len() == length && hex.bytes().all(|b| b.is_ascii_hexdigit())
                });
                if let Some(hex) = hex {
                    found.push((name.clone(), format!("{algorithm}:{}", hex.to_ascii_lowercase())));
                    break;
                }
            }
        }
        found
    }

    fn test(&self, out: &mut Out<'_>) {
        let outcome = match self.predicate().text("result") {
            Some("PASSED" | "WARNED") => "success",
            Some("FAILED") => "failure",
            _ => return out.too_little(self.item, self.what(), "it has no result"),
        };
        let commit = self.statement.items("subject").iter().find_map(commit);
        let (Some(commit), Some(when)) = (commit, self.logged()) else {
            return out.too_little(
                self.item,
                self.what(),
                "it names no commit, or nothing says when",
            );
        };
        let draft = Draft::new(Kind::Test, when, self.from("", self.predicate().text("url")))
            .what("commit", Some(commit))
            .what("outcome", Some(outcome));
        out.draft(self.item, draft);
    }

    /// Who may move a reference where: an act without a person or a time of its own.
    fn gittuf(&self, out: &mut Out<'_>) {
        let predicate = self.predicate();
        let text = |key: &str| predicate.text(key).unwrap_or_default();
        let Some(when) = self.logged() else {
            return out.too_little(self.item, self.what(), "nothing in it says when");
        };
        let reason = format!(
            "authorised {} from {} to {}",
            text("targetRef"),
            text("fromID"),
            text("targetID")
        );
        let draft = Draft::new(Kind::Note, when, self.from("", None))
            .what("subject", predicate.text("targetRef"));
        out.draft(self.item, draft.why(Some(&reason)));
    }
}

/// The commit in a resource's or subject's digest.
fn commit(value: &Value) -> Option<String> {
    let digest = value.at("digest");
    digest.text("gitCommit").or(digest.text("sha1")).and_then(full_id)
}

/// `git+https://github.com/acme/pay@refs/heads/main` without what stands around the address.
fn plain(uri: &str) -> &str {
    let uri = uri.strip_prefix("git+").unwrap_or(uri);
    let scheme = uri.find("://").map_or(0, |at| at + 3);
    match uri.get(scheme..).and_then(|rest| rest.find('@').map(|at| scheme + at)) {
        // A user before the host has a `/` behind it; a reference has none before it.
        Some(at) if uri[scheme..at].contains('/') => &uri[..at],
        _ => uri.split("/actions/").next().unwrap_or(uri),
    }
}

//! Every commit that was deployed, looked up once for all questions of a trace.

use crate::deployments::Deployments;
use crate::git::Oid;
use crate::git::graph::Commits;
use crate::git::graph::contains::Located;
use crate::git::index::CommitIndex;
use crate::outcome::Failure;
use crate::pipeline::{self, FEW_LOOKUPS};
use crate::trace::commit::code_commit;

/// A commit that was deployed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Deployed {
    /// Where it is; `None` for an id that can't be one of this repository.
    pub(super) tip: Option<Located>,
    /// The code commit that it names, where it holds rendered manifests.
    pub(super) code: Option<Located>,
}

/// Everything that was deployed, by the numbers of commits. A place where the last deployment is none of
/// rendered manifests is not looked at further for those, until it matters (see `Tracer::without`).
pub(super) fn find(
    commits: &Commits<'_>,
    index: Option<&CommitIndex>,
    deployments: &Deployments<'_>,
) -> Result<Vec<Deployed>, Failure> {
    let repo = commits.repository();
    let located = |oid: Oid| Located::new(commits, oid);
    let mut tips = pipeline::each(deployments.commits(), FEW_LOOKUPS, |commit| Deployed {
        tip: repo.hash().of_bytes(commit.as_bytes()).map(located),
        code: None,
    });
    for place in deployments.places() {
        for one in deployments.history(place).rev() {
            let Some(deployed) = tips.get_mut(one.commit_number) else { continue };
            let Some(tip) = deployed.tip.filter(|tip| repo.has_commit(tip.oid)) else { continue };
            match code_commit(repo, index, tip.oid)? {
                Some(code) => deployed.code = Some(located(code)),
                None => break,
            }
        }
    }
    Ok(tips)
}

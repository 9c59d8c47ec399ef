//! The CI system that this program runs under, as the environment tells it.
//!
//! ```text
//! GITHUB_ACTIONS=true  GITHUB_RUN_ID=1658821493  GITHUB_ACTOR=octocat  GITHUB_SHA=ffac537e…
//! {"actor":"octocat","run":"1658821493","system":"github-actions","url":"https://github.com/…"}
//! ```
//!
//! Each system documents the variables that it sets; anyone else can set them, too, so all of this is
//! a claim unless the record is signed. Pure: the environment comes as a closure.

use serde_json::{Map, Value, json};

/// What a CI system says of the run that this program is part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ci {
    /// `github-actions`, `gitlab-ci`, `jenkins`, `buildkite`, `circleci` or `azure-pipelines`.
    pub(crate) system: &'static str,
    /// The id of the run, as the system counts.
    pub(crate) run: Option<String>,
    /// Which attempt of that run.
    pub(crate) attempt: Option<String>,
    /// The job within the run.
    pub(crate) job: Option<String>,
    /// Where the run can be looked at.
    pub(crate) url: Option<String>,
    /// The commit that the run is for.
    pub(crate) commit: Option<String>,
    /// The login of the person for whom the system acts.
    pub(crate) actor: Option<String>,
    /// Their name.
    pub(crate) name: Option<String>,
    /// Their address.
    pub(crate) email: Option<String>,
}

impl Ci {
    /// Recognises the system; `None` when there is none that we know.
    pub(crate) fn detect(env: impl Fn(&str) -> Option<String>) -> Option<Ci> {
        let env = |name: &str| env(name).filter(|value| !value.trim().is_empty());
        let is = |name: &str| env(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if is("GITHUB_ACTIONS") {
            Some(github(env))
        } else if is("GITLAB_CI") {
            Some(gitlab(env))
        } else if is("BUILDKITE") {
            Some(buildkite(env))
        } else if is("CIRCLECI") {
            Some(circle(env))
        } else if is("TF_BUILD") {
            Some(azure(env))
        } else if env("JENKINS_URL").is_some() {
            // Last: agents of other systems may carry it along from the machine that they run on.
            Some(jenkins(env))
        } else {
            None
        }
    }

    /// `who.via` of a record.
    pub(crate) fn via(&self) -> Value {
        let mut via = Map::new();
        via.insert("system".into(), json!(self.system));
        for (key, value) in [
            ("run", &self.run),
            ("attempt", &self.attempt),
            ("job", &self.job),
            ("url", &self.url),
            ("actor", &self.actor),
        ] {
            if let Some(value) = value {
                via.insert(key.into(), json!(value));
            }
        }
        Value::Object(via)
    }
}

/// <https://docs.github.com/actions/reference/workflows-and-actions/variables>
fn github(env: impl Fn(&str) -> Option<String>) -> Ci {
    let run = env("GITHUB_RUN_ID");
    let url = match (env("GITHUB_SERVER_URL"), env("GITHUB_REPOSITORY"), &run) {
        (Some(server), Some(repository), Some(run)) => {
            Some(format!("{server}/{repository}/actions/runs/{run}"))
        }
        _ => None,
    };
    // Who pressed "re-run" acts now; the actor is who began the first attempt.
    let actor = env("GITHUB_TRIGGERING_ACTOR").or_else(|| env("GITHUB_ACTOR"));
    Ci {
        system: "github-actions",
        url,
        attempt: env("GITHUB_RUN_ATTEMPT"),
        job: env("GITHUB_JOB"),
        commit: env("GITHUB_SHA"),
        name: actor.clone(),
        // GitHub's own form of an address for whoever shows none.
        email: actor.as_ref().map(|actor| format!("{actor}@users.noreply.github.com")),
        actor,
        run,
    }
}

/// <https://docs.gitlab.com/ci/variables/predefined_variables/>
fn gitlab(env: impl Fn(&str) -> Option<String>) -> Ci {
    Ci {
        system: "gitlab-ci",
        run: env("CI_PIPELINE_ID"),
        attempt: None,
        job: env("CI_JOB_NAME"),
        url: env("CI_JOB_URL").or_else(|| env("CI_PIPELINE_URL")),
        commit: env("CI_COMMIT_SHA"),
        actor: env("GITLAB_USER_LOGIN"),
        name: env("GITLAB_USER_NAME"),
        email: env("GITLAB_USER_EMAIL"),
    }
}

/// <https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables>; the person
/// comes from the "build user vars" plugin, the commit from the git plugin.
fn jenkins(env: impl Fn(&str) -> Option<String>) -> Ci {
    Ci {
        system: "jenkins",
        run: env("BUILD_TAG").or_else(|| env("BUILD_NUMBER")),
        attempt: None,
        job: env("JOB_NAME"),
        url: env("BUILD_URL"),
        commit: env("GIT_COMMIT"),
        actor: env("BUILD_USER_ID"),
        name: env("BUILD_USER"),
        email: env("BUILD_USER_EMAIL"),
    }
}

/// <https://buildkite.com/docs/pipelines/configure/environment-variables>
fn buildkite(env: impl Fn(&str) -> Option<String>) -> Ci {
    Ci {
        system: "buildkite",
        run: env("BUILDKITE_BUILD_NUMBER").or_else(|| env("BUILDKITE_BUILD_ID")),
        attempt: env("BUILDKITE_RETRY_COUNT"),
        job: env("BUILDKITE_LABEL").or_else(|| env("BUILDKITE_STEP_KEY")),
        url: env("BUILDKITE_BUILD_URL"),
        // A build that was started by hand says HEAD until the agent has looked it up.
        commit: env("BUILDKITE_COMMIT").filter(|commit| commit != "HEAD"),
        actor: None,
        name: env("BUILDKITE_BUILD_CREATOR"),
        email: env("BUILDKITE_BUILD_CREATOR_EMAIL"),
    }
}

/// <https://circleci.com/docs/reference/variables/>
fn circle(env: impl Fn(&str) -> Option<String>) -> Ci {
    Ci {
        system: "circleci",
        run: env("CIRCLE_WORKFLOW_ID").or_else(|| env("CIRCLE_BUILD_NUM")),
        attempt: None,
        job: env("CIRCLE_JOB"),
        url: env("CIRCLE_BUILD_URL"),
        commit: env("CIRCLE_SHA1"),
        actor: env("CIRCLE_USERNAME"),
        name: None,
        email: None,
    }
}

/// <https://learn.microsoft.com/azure/devops/pipelines/build/variables>
fn azure(env: impl Fn(&str) -> Option<String>) -> Ci {
    let run = env("BUILD_BUILDID");
    let url = match (env("SYSTEM_COLLECTIONURI"), env("SYSTEM_TEAMPROJECT"), &run) {
        (Some(collection), Some(project), Some(run)) => Some(format!(
            "{}/{}/_build/results?buildId={run}",
            collection.trim_end_matches('/'),
            project.replace(' ', "%20"),
        )),
        _ => None,
    };
    Ci {
        system: "azure-pipelines",
        url,
        run,
        attempt: env("SYSTEM_JOBATTEMPT"),
        job: env("SYSTEM_JOBDISPLAYNAME").or_else(|| env("AGENT_JOBNAME")),
        commit: env("BUILD_SOURCEVERSION"),
        actor: None,
        name: env("BUILD_REQUESTEDFOR"),
        email: env("BUILD_REQUESTEDFOREMAIL"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SHA: &str = "ffac537e6cbbf934b08745a378932722df287a53";

    fn detect(variables: &[(&str, &str)]) -> Option<Ci> {
        Ci::detect(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_string())
        })
    }

    #[test]
    fn nothing_is_known_outside_ci() {
        assert_eq!(detect(&[("CI", "true"), ("USER", "ana")]), None);
        assert_eq!(detect(&[("GITHUB_ACTIONS", "")]), None);
        assert_eq!(detect(&[("GITHUB_ACTIONS", "false")]), None);
    }

    #[test]
    fn github_actions() {
        let ci = detect(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_RUN_ID", "1658821493"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_JOB", "deploy"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "octocat/hello-world"),
            ("GITHUB_ACTOR", "octocat"),
            ("GITHUB_TRIGGERING_ACTOR", "hubot"),
            ("GITHUB_SHA", SHA),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "github-actions", "run": "1658821493", "attempt": "2", "job": "deploy",
                "url": "https://github.com/octocat/hello-world/actions/runs/1658821493",
                "actor": "hubot"})
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
        assert_eq!(ci.email.as_deref(), Some("hubot@users.noreply.github.com"));
    }

    #[test]
    fn gitlab_ci() {
        let ci = detect(&[
            ("GITLAB_CI", "true"),
            ("CI_PIPELINE_ID", "1123"),
            ("CI_JOB_NAME", "deploy:production"),
            ("CI_JOB_URL", "https://gitlab.com/acme/pay/-/jobs/7"),
            ("CI_COMMIT_SHA", SHA),
            ("GITLAB_USER_LOGIN", "ana"),
            ("GITLAB_USER_NAME", "Ana Silva"),
            ("GITLAB_USER_EMAIL", "ana@example.com"),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "gitlab-ci", "run": "1123", "job": "deploy:production", "actor": "ana",
                "url": "https://gitlab.com/acme/pay/-/jobs/7"})
        );
        assert_eq!(
            (ci.name.as_deref(), ci.email.as_deref()),
            (Some("Ana Silva"), Some("ana@example.com"))
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
    }

    #[test]
    fn jenkins() {
        let ci = detect(&[
            ("JENKINS_URL", "https://ci.example.com/"),
            ("BUILD_TAG", "jenkins-pay-42"),
            ("BUILD_NUMBER", "42"),
            ("JOB_NAME", "pay"),
            ("BUILD_URL", "https://ci.example.com/job/pay/42/"),
            ("GIT_COMMIT", SHA),
            ("BUILD_USER_ID", "ana"),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "jenkins", "run": "jenkins-pay-42", "job": "pay", "actor": "ana",
                "url": "https://ci.example.com/job/pay/42/"})
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
    }

    #[test]
    fn buildkite() {
        let ci = detect(&[
            ("BUILDKITE", "true"),
            ("BUILDKITE_BUILD_NUMBER", "1514"),
            ("BUILDKITE_LABEL", "Deploy"),
            ("BUILDKITE_RETRY_COUNT", "0"),
            ("BUILDKITE_BUILD_URL", "https://buildkite.com/acme/pay/builds/1514"),
            ("BUILDKITE_COMMIT", SHA),
            ("BUILDKITE_BUILD_CREATOR", "Ana Silva"),
            ("BUILDKITE_BUILD_CREATOR_EMAIL", "ana@example.com"),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "buildkite", "run": "1514", "attempt": "0", "job": "Deploy",
                "url": "https://buildkite.com/acme/pay/builds/1514"})
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
        assert_eq!(ci.email.as_deref(), Some("ana@example.com"));
        assert_eq!(
            detect(&[("BUILDKITE", "true"), ("BUILDKITE_COMMIT", "HEAD")]).unwrap().commit,
            None
        );
    }

    #[test]
    fn circleci() {
        let ci = detect(&[
            ("CIRCLECI", "true"),
            ("CIRCLE_WORKFLOW_ID", "wf-1"),
            ("CIRCLE_BUILD_NUM", "33"),
            ("CIRCLE_JOB", "deploy"),
            ("CIRCLE_BUILD_URL", "https://circleci.com/gh/acme/pay/33"),
            ("CIRCLE_SHA1", SHA),
            ("CIRCLE_USERNAME", "ana"),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "circleci", "run": "wf-1", "job": "deploy", "actor": "ana",
                "url": "https://circleci.com/gh/acme/pay/33"})
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
    }

    #[test]
    fn azure_pipelines() {
        let ci = detect(&[
            ("TF_BUILD", "True"),
            ("BUILD_BUILDID", "77"),
            ("SYSTEM_COLLECTIONURI", "https://dev.azure.com/acme/"),
            ("SYSTEM_TEAMPROJECT", "Pay Service"),
            ("SYSTEM_JOBATTEMPT", "1"),
            ("SYSTEM_JOBDISPLAYNAME", "Deploy"),
            ("BUILD_SOURCEVERSION", SHA),
            ("BUILD_REQUESTEDFOR", "Ana Silva"),
            ("BUILD_REQUESTEDFOREMAIL", "ana@example.com"),
        ])
        .unwrap();
        assert_eq!(
            ci.via(),
            json!({"system": "azure-pipelines", "run": "77", "attempt": "1", "job": "Deploy",
                "url": "https://dev.azure.com/acme/Pay%20Service/_build/results?buildId=77"})
        );
        assert_eq!(ci.commit.as_deref(), Some(SHA));
        assert_eq!(ci.name.as_deref(), Some("Ana Silva"));
    }
}

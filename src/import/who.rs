//! Who acted, as forges name people: logins and numbers, seldom addresses.
//!
//! ```text
//! {"login":"ana-silva","id":1001,"type":"User"}
//!     → {"email":"1001+ana-silva@users.noreply.github.com","id":"1001","login":"ana-silva","name":"ana-silva"}
//! null, ghost → {"name":"unknown","type":"unknown"}
//! ```
//!
//! The address is the one that the forge itself makes for who hides theirs, so that a policy's `logins` lead
//! to the person. The number stays: logins are renamed and used again, numbers are not.

use super::json::Look;
use crate::ledger::kinds::UNKNOWN;
use serde_json::{Map, Value, json};

/// Nobody is known.
pub(super) fn unknown() -> Map<String, Value> {
    members([("name", Some(UNKNOWN.to_owned())), ("type", Some(UNKNOWN.to_owned()))])
}

/// Whether nobody is known.
pub(super) fn is_unknown(who: &Map<String, Value>) -> bool {
    who.get("type").and_then(Value::as_str) == Some(UNKNOWN)
}

/// The members of who acted, without those that there are not.
pub(super) fn members<const N: usize>(pairs: [(&str, Option<String>); N]) -> Map<String, Value> {
    let pair = |(key, value): (&str, Option<String>)| Some((key.to_owned(), json!(value?)));
    pairs.into_iter().filter_map(pair).collect()
}

/// A user of GitHub, as REST, webhooks and `gh` describe them. `host` is `github.com` or an own one.
pub(super) fn github(user: &Value, host: &str) -> Map<String, Value> {
    let Some(login) = user.text("login").filter(|login| *login != "ghost") else {
        return unknown();
    };
    // `gh` names apps `app/dependabot`, everything else `dependabot[bot]`.
    let app = login.strip_prefix("app/").map(|app| format!("{app}[bot]"));
    let login = app.unwrap_or_else(|| login.to_owned());
    // `gh` gives ids of nodes, which are no numbers.
    let id = user.at("id").as_u64().map(|id| id.to_string());
    let bot = user.text("type") == Some("Bot") || user.is("is_bot");
    let prefix = id.as_ref().map(|id| format!("{id}+")).unwrap_or_default();
    members([
        ("name", Some(user.text("name").unwrap_or(&login).to_owned())),
        ("email", Some(format!("{prefix}{login}@users.noreply.{host}"))),
        ("type", Some(if bot { "bot" } else { "user" }.to_owned())),
        ("login", Some(login)),
        ("id", id),
    ])
}

/// A user of GitLab.
pub(super) fn gitlab(user: &Value, host: &str) -> Map<String, Value> {
    let (Some(login), Some(id)) = (user.text("username"), user.id("id")) else {
        return unknown();
    };
    if login == "ghost" || id == "-1" {
        return unknown();
    }
    let prefixes = ["project_", "group_"];
    let bot = prefixes.iter().any(|prefix| login.starts_with(prefix) && login.contains("_bot"))
        || login.starts_with("service_account_")
        || user.is("bot");
    members([
        ("name", Some(user.text("name").unwrap_or(login).to_owned())),
        ("email", Some(format!("{id}-{login}@users.noreply.{host}"))),
        ("type", Some(if bot { "bot" } else { "user" }.to_owned())),
        ("login", Some(login.to_owned())),
        ("id", Some(id)),
    ])
}

/// A user of Gitea or Forgejo, who have an address.
pub(super) fn gitea(user: &Value, host: &str) -> Map<String, Value> {
    let Some(login) = user.text("login").or(user.text("username")) else { return unknown() };
    let id = user.id("id");
    // -1 is the ghost, -2 the actions' own user.
    if login.eq_ignore_ascii_case("ghost") || id.as_deref() == Some("-1") {
        return unknown();
    }
    let bot = id.as_deref() == Some("-2") || login.ends_with("[bot]");
    let email = user.text("email").filter(|email| email.contains('@'));
    members([
        ("name", Some(user.text("full_name").unwrap_or(login).to_owned())),
        ("email", Some(email.map_or_else(|| format!("{login}@noreply.{host}"), str::to_owned))),
        ("type", Some(if bot { "bot" } else { "user" }.to_owned())),
        ("login", Some(login.to_owned())),
        ("id", id),
    ])
}

/// Somebody of whom a name or an address is known.
pub(super) fn named(name: Option<&str>, email: Option<&str>) -> Map<String, Value> {
    let Some(first) = name.or(email) else { return unknown() };
    members([("name", Some(first.to_owned())), ("email", Some(email.unwrap_or(first).to_owned()))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_keeps_login_and_number_and_gets_the_forges_own_address() {
        let ana = json!({"login": "ana-silva", "id": 1001, "type": "User"});
        let who = github(&ana, "github.com");
        assert_eq!(who["email"], "1001+ana-silva@users.noreply.github.com");
        assert_eq!((&who["id"], &who["type"]), (&json!("1001"), &json!("user")));
        let lena = json!({"id": 24, "username": "lena", "name": "Lena Björk"});
        assert_eq!(
            gitlab(&lena, "gitlab.acme.example")["email"],
            "24-lena@users.noreply.gitlab.acme.example"
        );
    }

    #[test]
    fn bots_are_bots_by_the_forges_word_and_under_one_name() {
        let rest =
            github(&json!({"login": "dependabot[bot]", "id": 5, "type": "Bot"}), "github.com");
        let gh = github(&json!({"login": "app/dependabot", "is_bot": true}), "github.com");
        assert_eq!((&rest["login"], &rest["type"]), (&gh["login"], &gh["type"]));
        let bot = json!({"id": 7, "username": "project_4242_bot_7f3a", "name": "deploy"});
        assert_eq!(gitlab(&bot, "x")["type"], "bot");
    }

    #[test]
    fn nobody_is_said_to_be_nobody() {
        for user in [json!(null), json!({"login": "ghost", "id": 10137}), json!({"login": ""})] {
            assert!(is_unknown(&github(&user, "github.com")), "{user}");
        }
        assert!(is_unknown(&gitlab(&json!({"id": -1, "username": "ghost"}), "x")));
        assert_eq!(unknown().len(), 2);
    }
}

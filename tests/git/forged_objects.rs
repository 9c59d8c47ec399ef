//! Objects that no honest tool writes: the verdict and the people are git's, or stricter.
//!
//! Each forgery starts from a commit or a tag that Ana really signed. git is asked side by side: its
//! letter (`%G?`), its people (`%an %ae %cn %ce`), and for tags `git verify-tag`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, Repo, World, require};
use serde_json::Value;

/// A repository in which Ana is trusted, and what she signed.
struct Scene<'w> {
    repo: Repo<'w>,
    ana: Key,
    mallory: Key,
}

impl<'w> Scene<'w> {
    fn new(world: &'w World, sha256: bool) -> Scene<'w> {
        let builder = world.init(if sha256 { "sha256" } else { "sha1" });
        let repo = if sha256 { builder.sha256().create() } else { builder.create() };
        let (ana, mallory) = (world.ssh_key("ana"), world.ssh_key("mallory"));
        repo.config("gpg.ssh.allowedSignersFile", world.allowed_signers(&[&ana]));
        Scene { repo, ana, mallory }
    }

    /// Each forgery is tried in a SHA-1 and in a SHA-256 repository.
    fn each(test: impl Fn(Scene<'_>)) {
        if !require("ssh-keygen") {
            return;
        }
        for sha256 in [false, true] {
            test(Scene::new(&World::new(), sha256));
        }
    }

    /// The header that holds a signature here, and the one that does not.
    fn headers(&self) -> (&'static str, &'static str) {
        match self.repo.git(["rev-parse", "--show-object-format"]).as_str() {
            "sha256" => ("gpgsig-sha256", "gpgsig"),
            _ => ("gpgsig", "gpgsig-sha256"),
        }
    }

    /// The text of a commit that Ana signed.
    fn signed(&self) -> String {
        let id = self.repo.commit("Signed\n").file("a", "1").sign(&self.ana).create();
        let text = String::from_utf8(self.repo.read("commit", &id)).unwrap();
        assert!(text.contains(&format!("\n{} -----BEGIN SSH", self.headers().0)));
        text
    }

    /// Writes a commit, and asks git and us about it.
    fn commit(&self, bytes: impl AsRef<[u8]>) -> Asked {
        let id = self.repo.raw("commit", bytes.as_ref());
        self.repo.update_ref("refs/heads/forged", &id);
        self.ask(&id)
    }

    fn ask(&self, id: &str) -> Asked {
        let fields = ["%G?", "%an", "%ae", "%cn", "%ce", "%s"].join("%x00");
        let format = format!("--format={fields}");
        let git = self.repo.git(["log", "-1", "--no-mailmap", &format, id]);
        let git: Vec<String> = git.split('\0').map(str::to_owned).collect();
        let event = self.repo.audit(["log", "-n1", "--kind=commit,merge", "--format=jsonl", id]);
        let event = event.success().json_lines().remove(0);
        let who = &event["who"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let ours = [
            text(&who["name"]),
            text(&who["email"]),
            text(&who["committer"]["name"]),
            text(&who["committer"]["email"]),
            text(&event["what"]["summary"]),
        ];
        assert_eq!(ours, git[1..], "who is who, and the subject: {event}");
        let letter = match &event["proof"]["signature"] {
            Value::Null => "N".to_owned(),
            signature => text(&signature["letter"]),
        };
        // `show` says the same.
        let shown = self.repo.audit(["show", "--format=json", id]).success().json();
        assert_eq!(shown["events"][0]["proof"], event["proof"]);
        Asked { git: git[0].clone(), ours: letter, event }
    }

    /// Writes a tag object under `refs/tags/name`, and asks git and us about it.
    fn tag(&self, name: &str, bytes: impl AsRef<[u8]>) -> AskedTag {
        let id = self.repo.raw("tag", bytes.as_ref());
        self.repo.update_ref(&format!("refs/tags/{name}"), &id);
        self.ask_tag(name)
    }

    fn ask_tag(&self, name: &str) -> AskedTag {
        let verified = Output::of(self.repo.git_command().args(["verify-tag", name])).code;
        let events = self.repo.audit(["log", "--kind=tag", "--format=jsonl"]).success();
        let event = events.json_lines().into_iter().find(|event| event["what"]["name"] == name);
        let event = event.unwrap_or_else(|| panic!("{name} is missing: {}", events.stdout));
        let shown = self.repo.audit(["show", "--format=json", name]).success().json();
        assert_eq!(shown["events"][0], event);
        let grade = event["proof"]["grade"].as_str().unwrap().to_owned();
        // Never more lenient than git.
        assert!(grade != "signed" || verified == Some(0), "{event}");
        AskedTag { verified: verified == Some(0), grade, event }
    }
}

/// What git and we say about a commit.
struct Asked {
    git: String,
    ours: String,
    event: Value,
}

impl Asked {
    #[track_caller]
    fn letter(self, letter: &str) -> Asked {
        assert_eq!((self.git.as_str(), self.ours.as_str()), (letter, letter), "{}", self.event);
        self
    }

    #[track_caller]
    fn grade(self, grade: &str) -> Asked {
        assert_eq!(self.event["proof"]["grade"], grade, "{}", self.event);
        self
    }

    #[track_caller]
    fn noted(self, note: &str) -> Asked {
        let proof = &self.event["proof"];
        let has = |list: &Value| list.as_array().is_some_and(|list| list.contains(&note.into()));
        assert!(has(&proof["notes"]) || has(&proof["signature"]["marks"]), "{note}: {proof}");
        self
    }
}

/// What git and we say about a tag.
struct AskedTag {
    verified: bool,
    grade: String,
    event: Value,
}

impl AskedTag {
    #[track_caller]
    fn is(self, verified: bool, grade: &str) -> AskedTag {
        assert_eq!((self.verified, self.grade.as_str()), (verified, grade), "{}", self.event);
        self
    }
}

/// Puts `line` in front of the line that begins with `before`.
fn insert(text: &str, before: &str, line: &str) -> String {
    let at = text.find(&format!("\n{before}")).unwrap() + 1;
    format!("{}{line}\n{}", &text[..at], &text[at..])
}

/// Cuts the signature header out of a commit: the rest, and the header with its continuation lines.
fn cut(text: &str, header: &str) -> (String, String) {
    let start = text.find(&format!("\n{header} ")).unwrap() + 1;
    let end = text[start..].find("-----END SSH SIGNATURE-----\n").unwrap() + start;
    let end = end + "-----END SSH SIGNATURE-----\n".len();
    (format!("{}{}", &text[..start], &text[end..]), text[start..end].to_owned())
}

#[test]
fn untouched_is_good_and_altered_is_bad() {
    Scene::each(|scene| {
        let text = scene.signed();
        scene.commit(&text).letter("G").grade("signed");
        scene.commit(text.replace("\n\nSigned", "\n\nAltered")).letter("B").grade("broken");
        scene.commit(text.replace("author Ana", "author Eve")).letter("B").grade("broken");
        let (unsigned, _) = cut(&text, scene.headers().0);
        scene.commit(unsigned).letter("N").grade("claimed");
        let id = scene.repo.commit("Hers").sign(&scene.mallory).create();
        scene.ask(&id).letter("U").grade("unknown");
    });
}

#[test]
fn what_follows_a_nul_is_covered_but_not_shown() {
    Scene::each(|scene| {
        let text = scene.signed();
        scene
            .commit(format!("{text}\0and more"))
            .letter("B")
            .grade("broken")
            .noted("nul-in-object");
        scene.commit(text.replace("Signed", "Sig\0ned")).letter("B").noted("nul-in-object");
        // A NUL before the signature header: what git shows ends there, what it verifies does not.
        scene.commit(insert(&text, scene.headers().0, "note \0hidden")).letter("B");
        let (unsigned, _) = cut(&text, scene.headers().0);
        scene.commit(format!("{unsigned}\0and more")).letter("N").noted("nul-in-object");
    });
}

#[test]
fn a_signature_in_the_body_is_none() {
    Scene::each(|scene| {
        let text = scene.signed();
        let (unsigned, header) = cut(&text, scene.headers().0);
        scene.commit(format!("{unsigned}\n{header}")).letter("N").grade("claimed");
        scene.commit(unsigned.replace("\n\nSigned", &format!("\n\n{header}\nSigned"))).letter("N");
        let armor = header.replace("\n ", "\n");
        let armor = armor.trim_start_matches(scene.headers().0).trim_start();
        scene.commit(format!("{unsigned}\n{armor}")).letter("N").grade("claimed");
    });
}

#[test]
fn only_the_header_of_the_own_hash_counts() {
    Scene::each(|scene| {
        let text = scene.signed();
        let (own, other) = scene.headers();
        let (unsigned, header) = cut(&text, own);
        let foreign = header.replacen(own, other, 1);
        // Under the wrong name it is no signature.
        let swapped = unsigned.replacen("\n\nSigned", &format!("\n{foreign}\nSigned"), 1);
        scene.commit(&swapped).letter("N").grade("claimed");
        // Both: the other one is not part of the payload, wherever it stands.
        let garbage =
            format!("{other} -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----");
        scene.commit(insert(&text, own, &garbage)).letter("G");
        let behind = text.replacen("\n\nSigned", &format!("\n{garbage}\n\nSigned"), 1);
        scene.commit(behind).letter("G");
        // A header that only begins alike is dropped from the payload, too.
        scene.commit(insert(&text, own, "gpgsig-other x")).letter("G");
    });
}

#[test]
fn doubled_people_are_those_that_git_names() {
    Scene::each(|scene| {
        let text = scene.signed();
        let eve = "Eve <eve@example.com> 1700000000 +0000";
        for (name, note) in [("author", "duplicate-author"), ("committer", "duplicate-committer")] {
            let line = format!("{name} {eve}");
            scene.commit(insert(&text, name, &line)).letter("B").noted(note);
            let behind = insert(&text, scene.headers().0, &line);
            scene.commit(behind).letter("B").noted(note);
            let (unsigned, _) = cut(&text, scene.headers().0);
            scene.commit(insert(&unsigned, name, &line)).letter("N").noted(note);
            let last = unsigned.replacen("\n\n", &format!("\n{line}\n\n"), 1);
            scene.commit(last).letter("N").noted(note);
        }
    });
}

#[test]
fn people_signed_twice_by_a_real_key_are_marked() {
    Scene::each(|scene| {
        // A signer who doubles the author himself gets a good signature, and a mark.
        let (unsigned, _) = cut(&scene.signed(), scene.headers().0);
        let line = "author Eve <eve@example.com> 1700000000 +0000";
        let doubled = insert(&unsigned, "author", line);
        let signature = sign(&scene, doubled.as_bytes());
        let header = format!("{} {}", scene.headers().0, signature.trim_end().replace('\n', "\n "));
        let text = doubled.replacen("\n\n", &format!("\n{header}\n\n"), 1);
        scene.commit(text).letter("G").noted("duplicate-author");
    });
}

/// An SSH signature by Ana over any bytes, as git asks `ssh-keygen` for it.
fn sign(scene: &Scene<'_>, payload: &[u8]) -> String {
    let Key::Ssh { secret, .. } = &scene.ana else { panic!("an SSH key") };
    let file = scene.repo.world.root().join("payload");
    std::fs::write(&file, payload).unwrap();
    let _ = std::fs::remove_file(file.with_extension("sig"));
    let mut command = scene.repo.world.command("ssh-keygen");
    command.args(["-Y", "sign", "-q", "-n", "git", "-f"]).arg(secret).arg(&file);
    Output::of(&mut command).success();
    std::fs::read_to_string(file.with_extension("sig")).unwrap()
}

#[test]
fn a_second_tree_changes_nothing_and_breaks_the_signature() {
    Scene::each(|scene| {
        let text = scene.signed();
        let empty = scene.repo.git(["hash-object", "-t", "tree", "-w", "/dev/null"]);
        let asked = scene.commit(insert(&text, "author", &format!("tree {empty}")));
        // git shows no author then: the line after the parents is not one.
        let asked = asked.noted("duplicate-tree");
        assert_eq!((asked.git.as_str(), asked.ours.as_str()), ("B", "B"));
        let behind = insert(&text, scene.headers().0, &format!("tree {empty}"));
        let asked = scene.commit(behind).letter("B").noted("duplicate-tree");
        let tree = text.lines().next().unwrap().trim_start_matches("tree ");
        assert_eq!(asked.event["what"]["tree"], tree);
    });
}

#[test]
fn two_signatures_are_never_better_than_git_says() {
    Scene::each(|scene| {
        let text = scene.signed();
        let own = scene.headers().0;
        let (unsigned, header) = cut(&text, own);
        let twice = unsigned.replacen("\n\n", &format!("\n{header}{header}\n"), 1);
        // git takes both for one, and OpenSSH ignores what follows the first; we call that bad.
        let asked = scene.commit(twice).noted("several-signatures").grade("broken");
        assert_eq!((asked.git.as_str(), asked.ours.as_str()), ("G", "B"), "{}", asked.event);
        // Ana's, then Mallory's over the same text; and the other way round.
        let hers = {
            let id = scene.repo.commit("Signed\n").sign(&scene.mallory).create();
            let text = String::from_utf8(scene.repo.read("commit", &id)).unwrap();
            cut(&text, own).1
        };
        for both in [format!("{header}{hers}"), format!("{hers}{header}")] {
            let text = unsigned.replacen("\n\n", &format!("\n{both}\n"), 1);
            let asked = scene.commit(text).noted("several-signatures");
            let strictness = |letter: &str| "GUXYREBN".find(letter).unwrap();
            assert!(
                asked.ours == asked.git || strictness(&asked.ours) > strictness(&asked.git),
                "git {} audit {}: {}",
                asked.git,
                asked.ours,
                asked.event
            );
            assert!(asked.ours != "G" || asked.git == "G");
        }
    });
}

#[test]
fn an_armor_block_in_a_commit_message_is_text() {
    Scene::each(|scene| {
        let armor = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
        let id = scene.repo.commit(format!("Quote\n\n{armor}")).create();
        scene.ask(&id).letter("N").grade("claimed");
        let id = scene.repo.commit(format!("Quote\n\n{armor}")).sign(&scene.ana).create();
        scene.ask(&id).letter("G").grade("signed");
    });
}

#[test]
fn an_armor_block_in_a_tag_message_is_what_git_says() {
    Scene::each(|scene| {
        scene.repo.commit("One").create();
        let armor = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n";
        scene.repo.tag("quoting").message(&format!("Quote\n\n{armor}")).create();
        scene.ask_tag("quoting").is(false, "broken");
        // A real signature behind it counts: the last armor is the signature.
        let message = format!("Quote\n\n{armor}more\n");
        scene.repo.tag("signed").message(&message).sign(&scene.ana).create();
        scene.ask_tag("signed").is(true, "signed");
        scene.repo.tag("good").message("Fine\n").sign(&scene.ana).create();
        scene.ask_tag("good").is(true, "signed");
        // Text behind the signature.
        let id = scene.repo.id("refs/tags/good");
        let text = String::from_utf8(scene.repo.read("tag", &id)).unwrap();
        let asked = scene.tag("trailing", format!("{text}and this\n"));
        assert!(asked.grade != "signed" || asked.verified, "{}", asked.event);
        // A second armor of nonsense behind the good one.
        scene.tag("shadowed", format!("{text}{armor}")).is(false, "broken");
        scene.tag("altered", text.replace("Fine", "Fake")).is(false, "broken");
    });
}

#[test]
fn a_tag_under_another_name_is_named() {
    Scene::each(|scene| {
        scene.repo.commit("One").create();
        scene.repo.tag("v1").message("First\n").sign(&scene.ana).create();
        let id = scene.repo.id("refs/tags/v1");
        scene.repo.update_ref("refs/tags/v2", &id);
        let asked = scene.ask_tag("v2");
        // git is content; we say whose name it bears.
        assert!(asked.verified);
        assert_eq!(asked.event["what"]["header_name"], "v1");
        assert_eq!(asked.event["proof"]["notes"], serde_json::json!(["tag-name-differs"]));
        let table = scene.repo.audit(["log", "--kind=tag"]).success().stdout;
        let row = table.lines().find(|line| line.contains("v2")).unwrap();
        assert!(row.contains("v1"), "{table}");
        let card = scene.repo.audit(["show", "v2"]).success().stdout;
        assert!(card.contains("v1"), "{card}");
    });
}

#[test]
fn nested_tags_tags_of_anything_and_tags_by_nobody() {
    Scene::each(|scene| {
        let commit = scene.repo.commit("One").file("a", "1").create();
        let inner = scene.repo.tag("inner").message("Inner\n").sign(&scene.ana).create();
        scene.repo.tag("outer").target("inner").message("Outer\n").sign(&scene.ana).create();
        let asked = scene.ask_tag("outer").is(true, "signed");
        assert_eq!(asked.event["what"]["nested"], serde_json::json!([inner]));
        assert_eq!(asked.event["what"]["target"], commit.as_str());
        // The inner one's signature says nothing for the outer one.
        scene.repo.tag("loose").target("inner").message("Outer\n").create();
        scene.ask_tag("loose").is(false, "claimed");
        for (name, target, kind) in
            [("of-tree", "HEAD^{tree}", "tree"), ("of-blob", "HEAD:a", "blob")]
        {
            let target = scene.repo.id(target);
            scene.repo.tag(name).target(&target).message("T\n").sign(&scene.ana).create();
            let asked = scene.ask_tag(name).is(true, "signed");
            assert_eq!(asked.event["what"]["target"], target.as_str());
            assert_eq!(asked.event["what"]["target_kind"], kind);
            let light = format!("light-{name}");
            scene.repo.tag(&light).target(&target).create();
            scene.ask_tag(&light).is(false, "claimed");
        }
        let text = format!("object {commit}\ntype commit\ntag by-nobody\n\nOld\n");
        let asked = scene.tag("by-nobody", text).is(false, "claimed");
        assert_eq!(asked.event["who"]["name"], Value::Null);
        assert_eq!(asked.event["when"], Value::Null);
        assert_eq!(asked.event["what"]["summary"], "Old");
    });
}

#[test]
fn malformed_tags_are_named_errors() {
    Scene::each(|scene| {
        let commit = scene.repo.commit("One").create();
        let absent = "1".repeat(commit.len());
        // The object is not here: a tag all the same.
        let text =
            format!("object {absent}\ntype commit\ntag gone\ntagger A <a> 5 +0000\n\nGone\n");
        let asked = scene.tag("gone", text).is(false, "claimed");
        assert_eq!(asked.event["what"]["target_kind"], "missing");
        scene.repo.git(["update-ref", "-d", "refs/tags/gone"]);
        for text in [
            String::new(),
            "object\n".into(),
            format!("object {commit}\n"),
            format!("type commit\nobject {commit}\ntag x\n\n"),
            format!("object {commit}\ntype commit\n\ntag x\n"),
        ] {
            let id = scene.repo.raw("tag", text.as_bytes());
            // git would not set it.
            let file = scene.repo.path.join(".git/refs/tags/bad");
            std::fs::write(file, format!("{id}\n")).unwrap();
            let output = scene.repo.audit(["log"]).code(2);
            assert!(output.stderr.contains(&id), "{text:?}: {}", output.stderr);
        }
    });
}

#[test]
fn replacements_and_grafts_are_reported_and_not_followed() {
    Scene::each(|scene| {
        let repo = &scene.repo;
        let one = repo.commit("One").create();
        let two = repo.commit("Two").sign(&scene.ana).create();
        let three = repo.commit("Three").create();
        let honest = repo.audit(["log", "--format=jsonl"]).success();
        assert_eq!(honest.stderr, "");
        let text = String::from_utf8(repo.read("commit", &two)).unwrap();
        let fake = repo.raw("commit", text.replace("\n\nTwo", "\n\nFake").as_bytes());
        repo.git(["replace", &two, &fake]);
        assert_eq!(repo.git(["log", "-1", "--format=%s", &two]), "Fake");
        let output = repo.audit(["log", "--format=jsonl"]).success();
        assert!(output.stderr.contains("refs/replace"), "{}", output.stderr);
        let summaries: Vec<_> =
            output.json_lines().iter().map(|event| event["what"]["summary"].clone()).collect();
        assert_eq!(summaries, ["Three", "Two", "One"]);
        let event = &output.json_lines()[1];
        assert_eq!(event["proof"]["signature"]["letter"], "G");
        assert_eq!(event["proof"]["notes"], serde_json::json!(["replaced"]));
        repo.git(["replace", "-d", &two]);
        // Grafts make `Two` disappear from git's history.
        std::fs::create_dir_all(repo.path.join(".git/info")).unwrap();
        std::fs::write(repo.path.join(".git/info/grafts"), format!("{three} {one}\n")).unwrap();
        assert_eq!(repo.git(["log", "--format=%s"]), "Three\nOne");
        assert_eq!(repo.id("HEAD~1"), one);
        let output = repo.audit(["log", "--format=jsonl"]).success();
        assert!(output.stderr.contains("grafts"), "{}", output.stderr);
        assert_eq!(output.stdout, honest.stdout);
        // Nor on the way to a parent.
        for revision in ["HEAD~1", "HEAD^", "HEAD^1", "main~1"] {
            let output = repo.audit(["log", "--format=jsonl", "-n1", revision]).success();
            assert_eq!(output.json_lines()[0]["id"], two.as_str(), "{revision}");
        }
        let output = repo.audit(["log", "--format=jsonl", "HEAD^!"]).success();
        assert_eq!(output.lines().len(), 1);
    });
}

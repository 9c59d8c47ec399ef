//! `audit checkpoint` and `audit prove`: what can be shown to somebody who has no ledger.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Key, Output, World, require};
use crate::sync::{ledger, note, server_and_clone};
use std::fs;

#[test]
fn a_checkpoint_holds_as_long_as_the_list_only_grows() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    note(&ana, "one");
    let said = ana.audit(["checkpoint"]).code(3);
    assert!(said.stderr.contains("never synced"), "{}", said.stderr);
    let local = ana.audit(["checkpoint", "--local"]).success().stdout;
    ana.audit(["sync"]).success();
    assert_eq!(ana.audit(["checkpoint"]).success().stdout, local);
    assert_eq!(local.lines().nth(1), Some("1"));
    let file = world.root().join("cp");
    ana.audit(["checkpoint", "-o", "../cp"]).success();
    assert_eq!(fs::read_to_string(&file).unwrap(), local);
    note(&ana, "two");
    ana.audit(["sync"]).success();
    let check = |code: i32, word: &str| {
        let said = ana.audit(["checkpoint", "--check", "../cp"]).code(code);
        assert!(said.stdout.starts_with(&format!("checkpoint {word}")), "{}", said.stdout);
    };
    check(0, "holds");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\n1\n", "\n2\n")).unwrap();
    check(1, "does not hold");
    fs::write(&file, text.replace("\n1\n", "\n3\n")).unwrap();
    check(3, "unknown");
    fs::write(&file, format!("other/{text}")).unwrap();
    ana.audit(["checkpoint", "--check", "../cp"]).code(2);
    // What a fresh clone accepts first can be held against it.
    fs::write(&file, &text).unwrap();
    let bruno = server.clone_to("bruno", []);
    bruno.audit(["sync", "--from-checkpoint", "../cp"]).success();
    fs::write(&file, text.replace("\n1\n", "\n2\n")).unwrap();
    let carol = server.clone_to("carol", []);
    let said = carol.audit(["sync", "--from-checkpoint", "../cp"]).code(1);
    assert!(said.stdout.starts_with("rewritten: "), "{}", said.stdout);
    assert_eq!(ledger(&carol), "");
    assert!(
        ana.audit(["checkpoint", "--trailer"]).success().stdout.starts_with("Audit-Checkpoint: 2 ")
    );
}

#[test]
fn a_checkpoint_is_signed_for_ssh_keygen_and_a_stamp_is_checked() {
    let world = World::new();
    if !require("ssh-keygen") {
        return;
    }
    let (_server, ana) = server_and_clone(&world);
    let Key::Ssh { secret, public, .. } = world.ssh_key("ana") else { panic!("an SSH key") };
    ana.config("gpg.format", "ssh").config("user.signingKey", &secret);
    ana.config("gpg.ssh.allowedSignersFile", world.root().join("signers"));
    fs::write(world.root().join("signers"), format!("ana@example.com {public}\n")).unwrap();
    note(&ana, "one");
    ana.audit(["sync"]).success();
    ana.audit(["checkpoint", "-o", "../cp", "--sign"]).success();
    let verify =
        "ssh-keygen -Y verify -n audit-checkpoint -I ana@example.com -f signers -s cp.sig < cp";
    Output::of(world.command("sh").args(["-c", verify])).success();
    let said = ana.audit(["checkpoint", "--check", "../cp"]).success();
    assert!(said.stdout.contains("signature  "), "{}", said.stdout);
    // The signature of another text does not vouch for this one.
    note(&ana, "two");
    ana.audit(["sync"]).success();
    fs::write(world.root().join("cp"), ana.audit(["checkpoint"]).success().stdout).unwrap();
    ana.audit(["checkpoint", "--check", "../cp"]).code(1);
    fs::remove_file(world.root().join("cp.sig")).unwrap();
    // A time stamp, by an authority that this test makes.
    if !require("openssl") {
        return;
    }
    let script = "\
        openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out tsa.pem -days 30 -subj /CN=tsa \
          -addext extendedKeyUsage=critical,timeStamping 2>err && echo 01 > serial && \
        printf '[tsa]\\nserial=serial\\ncrypto_device=builtin\\nsigner_cert=tsa.pem\\nsigner_key=k.pem\\n\
signer_digest=sha256\\ndefault_policy=1.2.3.4\\ndigests=sha256\\n' > c.cnf && \
        openssl ts -query -data cp -sha256 -cert -out q.tsq 2>>err && \
        openssl ts -reply -config c.cnf -section tsa -queryfile q.tsq -out cp.tsr 2>>err";
    Output::of(world.command("sh").args(["-c", script])).success();
    let said = ana.audit(["checkpoint", "--check", "../cp"]).code(3);
    assert!(said.stdout.contains("audit.tsaCAFile"), "{}", said.stdout);
    ana.config("audit.tsaCAFile", world.root().join("tsa.pem"));
    let said = ana.audit(["checkpoint", "--check", "../cp"]).success();
    assert!(said.stdout.contains("time stamp holds: all of it existed before"), "{}", said.stdout);
    fs::write(
        world.root().join("cp"),
        ana.audit(["checkpoint", "--local"]).success().stdout.replace("2\n", "1\n"),
    )
    .unwrap();
    let said = ana.audit(["checkpoint", "--check", "../cp"]).code(1);
    assert!(said.stdout.contains("time stamp does not hold"), "{}", said.stdout);
}

#[test]
fn two_remotes_of_one_ledger_agree_or_fork() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let mirror = world.init("mirror.git").bare().create();
    ana.git(["remote", "add", "mirror", mirror.path.to_str().unwrap()]);
    note(&ana, "one");
    ana.audit(["sync"]).success();
    ana.audit(["sync", "mirror"]).success();
    note(&ana, "two");
    ana.audit(["sync"]).success();
    let said = ana.audit(["checkpoint", "--compare", "mirror"]).success();
    assert_eq!(said.line(), "agree up to 1: origin has 2, mirror has 1");
    let bruno = server.clone_to("bruno", []);
    bruno.git(["remote", "set-url", "origin", mirror.path.to_str().unwrap()]);
    bruno.audit(["sync"]).success();
    note(&bruno, "another second one");
    bruno.audit(["sync"]).success();
    let said = ana.audit(["checkpoint", "--compare", "mirror"]).code(1);
    assert!(
        said.stdout.starts_with("fork at 2: origin has 2, mirror has 2; 1 are the same"),
        "{}",
        said.stdout
    );
    assert_eq!(ana.git(["for-each-ref", "refs/audit/evidence/"]).lines().count(), 2);
}

#[test]
fn a_proof_convinces_somebody_who_has_nothing_but_a_shell() {
    let world = World::new();
    let (server, ana) = server_and_clone(&world);
    let mut ids = Vec::new();
    for number in 0..7 {
        ids.push(note(&ana, &format!("record {number}")));
    }
    let said = ana.audit(["prove", &ids[4]]).code(1);
    assert!(said.stderr.contains("audit sync"), "{}", said.stderr);
    ana.audit(["sync"]).success();
    let fresh = note(&ana, "not published");
    let said = ana.audit(["prove", &fresh]).code(1);
    assert!(said.stderr.contains("is not published"), "{}", said.stderr);
    for (number, id) in ids.iter().enumerate() {
        ana.audit(["prove", id, "-o", &format!("../proof {number}")]).success();
        let said = ana.audit(["prove", "--check", &format!("../proof {number}")]).success();
        assert!(said.stdout.contains(&format!("is {} of 7", number + 1)), "{}", said.stdout);
        // Elsewhere nobody vouches for the checkpoint.
        let mut alone = world.audit_command();
        Output::of(alone.args(["prove", "--check", &format!("proof {number}")])).code(3);
        if require("xxd") && require("sha256sum") {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/check-proof.sh");
            let dir = world.root().join(format!("proof {number}"));
            let run = |record: &str| {
                let mut command = world.command("sh");
                command.current_dir(&dir).args([script, record, "record.tlog-proof"]);
                Output::of(&mut command)
            };
            assert!(
                run("record.jsonl")
                    .success()
                    .stdout
                    .contains(&format!("number {} of the 7", number + 1))
            );
            let line = fs::read_to_string(dir.join("record.jsonl")).unwrap();
            fs::write(dir.join("other.jsonl"), line.replace("record ", "Record ")).unwrap();
            run("other.jsonl").code(1);
        }
    }
    // A changed record, proof or checkpoint does not hold.
    for (file, from, to) in [
        ("record.jsonl", "record", "Record"),
        ("record.tlog-proof", "index 4", "index 5"),
        ("checkpoint", "\n7\n", "\n8\n"),
    ] {
        let path = world.root().join("proof 4").join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace(from, to)).unwrap();
        ana.audit(["prove", "--check", "../proof 4"]).code(1);
        fs::write(&path, text).unwrap();
    }
    ana.audit(["prove", "--check", "../proof 4"]).success();
    ana.audit(["prove", &ids[4], "-o", "../proof 4"]).code(2);
    // By a checkpoint that was kept, and for a witness.
    ana.audit(["checkpoint", "-o", "../kept"]).success();
    ana.audit(["sync"]).success();
    ana.audit(["prove", &ids[4], "--checkpoint", "../kept", "-o", "../old"]).success();
    ana.audit(["prove", &fresh, "--checkpoint", "../kept", "-o", "../young"]).code(2);
    let witness = ana.audit(["prove", "--since", "../kept"]).success().stdout;
    assert!(witness.starts_with("old 7\n"), "{witness}");
    let proof = audit::share::proof::Consistency::parse(&witness).unwrap();
    let kept = fs::read_to_string(world.root().join("kept")).unwrap();
    assert!(proof.holds(&audit::share::note::Checkpoint::parse(&kept).unwrap()));
    drop(server);
}

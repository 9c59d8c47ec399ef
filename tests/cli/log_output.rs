//! What people and programs see: `log`, `show` and `people` in every format, as snapshots.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use crate::common::{Output, Repo, World, require, story};
use insta::assert_snapshot;

/// The story of `payments` with two records in its ledger, or `None` where `ssh-keygen` is missing.
fn told(world: &World) -> Option<Repo<'_>> {
    if !require("ssh-keygen") {
        return None;
    }
    let repo = story::payments(world);
    record(
        &repo,
        &["approval", "--commit", "v1.0", "--env", "production", "--decision", "approved"],
    );
    record(
        &repo,
        &[
            "deploy",
            "--env",
            "production",
            "--service",
            "api",
            "--commit",
            "v1.0",
            "--outcome",
            "success",
            "--why",
            "first shop opens",
            "--ticket",
            "REL-1",
        ],
    );
    Some(repo)
}

fn record(repo: &Repo<'_>, args: &[&str]) {
    repo.world.tick();
    let mut command = repo.audit_command();
    command.arg("record").args(args).env("AUDIT_NOW", repo.world.now().to_string());
    Output::of(&mut command).success();
}

/// Runs `audit` in the story's repository; ids of records, are replaced.
fn audit(repo: &Repo<'_>, args: &str) -> String {
    let mut command = repo.audit_command();
    command.args(args.split(' ')).env("AUDIT_NOW", repo.world.now().to_string());
    let output = Output::of(&mut command).success();
    assert_eq!(output.stderr, "");
    steady(repo, &output.stdout)
}

/// As [`audit`], on a terminal of so many columns: through `script`, which gives a program one.
fn terminal(repo: &Repo<'_>, columns: usize, args: &str) -> String {
    let mut command = repo.world.command("script");
    command
        .args(["-qec", &format!("{} --no-pager {args}", env!("CARGO_BIN_EXE_audit")), "/dev/null"])
        .current_dir(&repo.path)
        .env("COLUMNS", columns.to_string())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("AUDIT_NOW", repo.world.now().to_string());
    let shown = steady(repo, &Output::of(&mut command).success().stdout.replace("\r\n", "\n"));
    for line in shown.lines() {
        let width = unicode_width::UnicodeWidthStr::width(line);
        assert!(width <= columns, "{width} columns of {columns}: {line}");
    }
    shown
}

/// Replaces what holds chance: the ids of records, whole and short.
fn steady(repo: &Repo<'_>, text: &str) -> String {
    let ledger = std::fs::read_to_string(repo.path.join(".git/audit/ledger.jsonl")).unwrap();
    let mut text = text.to_owned();
    for (number, line) in ledger.split_inclusive('\n').enumerate() {
        let id = audit::ledger::Id::of(line.as_bytes()).to_string();
        text = text.replace(&id, &format!("RECORD-{number}"));
        text = text.replace(&id[..10], &format!("RECORD-{number}"));
    }
    text
}

#[test]
fn log_for_people_in_a_pipe() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    assert_snapshot!(audit(&repo, "log"), @r###"
    WHEN (+00:00)     WHO                   PROOF       WHY             WHAT
    2026-01-03 15:09  Ana Silva             ✓ signed    REL-1           deploy production/api 6718d74831 success: first shop opens  [signed by ana@example.com]
    2026-01-03 15:08  Ana Silva             ✓ signed                    approval production 6718d74831 approved  [signed by ana@example.com]
    2026-01-03 13:07  Ana Silva             ✓ signed                    1fcec91954 Revert "Log each refund (#13)" (main, tag: v1.0.1)  [signed by ana@example.com]
    2026-01-03 11:06  Mallory               ? unknown                   c1bf2e38db Speed up the build  [unknown: key not listed in .audit/ at HEAD (1fcec91954): allowed_signers]
    2026-01-03 10:05  山田 花子             · claimed   #13             37230caae7 Log each refund (#13)
    2026-01-02 10:04  Ana Silva             ✓ signed                    tag v1.0 → 6718d74831  [signed by ana@example.com]
    2026-01-02 09:03  Ana Silva             ✓ signed    #12             6718d74831 ⑂ Merge pull request #12 from bruno/capture  [signed by ana@example.com]
    2026-01-01 13:02  Bruno Costa           · claimed   PAY-88          a004ff3e8c Retry card capture once (capture)
    2026-01-01 10:01  Ana Silva             ✓ signed    PAY-1           b0070a838e Take payments by card  [signed by ana@example.com]
    "###);
}

#[test]
fn log_on_terminals() {
    let world = World::new();
    let (true, Some(repo)) = (require("script"), told(&world)) else { return };
    assert_snapshot!(terminal(&repo, 80, "log"), @r###"
    WHEN   WHO            WHAT                                     WHY     PROOF
    2026-01-03 (+00:00)
    15:09  Ana Silva      deploy production/api 6718d74831 succe…  REL-1   ✓ signed
    15:08  Ana Silva      approval production 6718d74831 approved          ✓ signed
    13:07  Ana Silva      1fcec91954 Revert "Log each refund (#1…          ✓ signed
    11:06  Mallory        c1bf2e38db Speed up the build                    ? [1]
    10:05  山田 花子      37230caae7 Log each refund (#13)         #13     · claimed
    2026-01-02 (+00:00)
    10:04  Ana Silva      tag v1.0 → 6718d74831                            ✓ signed
    09:03  Ana Silva      6718d74831 ⑂ Merge pull request #12 fr…  #12     ✓ signed
    2026-01-01 (+00:00)
    13:02  Bruno Costa    a004ff3e8c Retry card capture once       PAY-88  · claimed
    10:01  Ana Silva      b0070a838e Take payments by card         PAY-1   ✓ signed

    [1] unknown: key not listed in .audit/ at HEAD (1fcec91954): allowed_signers
    "###);
    assert_snapshot!(terminal(&repo, 120, "log"), @r###"
    WHEN (+00:00)     WHO              WHAT                                                        WHY        PROOF
    2026-01-03 15:09  Ana Silva        deploy production/api 6718d74831 success: first shop opens  REL-1      ✓ signed [1]
               15:08  Ana Silva        approval production 6718d74831 approved                                ✓ signed [1]
               13:07  Ana Silva        1fcec91954 Revert "Log each refund (#13)" (main, tag: v1.…             ✓ signed [1]
               11:06  Mallory          c1bf2e38db Speed up the build                                          ? unknown [2]
               10:05  山田 花子        37230caae7 Log each refund (#13)                            #13        · claimed
    2026-01-02 10:04  Ana Silva        tag v1.0 → 6718d74831                                                  ✓ signed [1]
               09:03  Ana Silva        6718d74831 ⑂ Merge pull request #12 from bruno/capture      #12        ✓ signed [1]
    2026-01-01 13:02  Bruno Costa      a004ff3e8c Retry card capture once (capture)                PAY-88     · claimed
               10:01  Ana Silva        b0070a838e Take payments by card                            PAY-1      ✓ signed [1]

    [1] signed by ana@example.com
    [2] unknown: key not listed in .audit/ at HEAD (1fcec91954): allowed_signers
    "###);
    assert_snapshot!(terminal(&repo, 200, "log"), @r###"
    WHEN (+00:00)     WHO                       WHAT                                                                                      WHY                       PROOF
    2026-01-03 15:09  Ana Silva                 deploy production/api 6718d74831 success: first shop opens                                REL-1                     ✓ signed by ana@example.com
               15:08  Ana Silva                 approval production 6718d74831 approved                                                                             ✓ signed by ana@example.com
               13:07  Ana Silva                 1fcec91954 Revert "Log each refund (#13)" (main, tag: v1.0.1)                                                       ✓ signed by ana@example.com
               11:06  Mallory                   c1bf2e38db Speed up the build                                                                                       ? unknown [1]
               10:05  山田 花子                 37230caae7 Log each refund (#13)                                                          #13                       · claimed
    2026-01-02 10:04  Ana Silva                 tag v1.0 → 6718d74831                                                                                               ✓ signed by ana@example.com
               09:03  Ana Silva                 6718d74831 ⑂ Merge pull request #12 from bruno/capture                                    #12                       ✓ signed by ana@example.com
    2026-01-01 13:02  Bruno Costa               a004ff3e8c Retry card capture once (capture)                                              PAY-88                    · claimed
               10:01  Ana Silva                 b0070a838e Take payments by card                                                          PAY-1                     ✓ signed by ana@example.com

    [1] unknown: key not listed in .audit/ at HEAD (1fcec91954): allowed_signers
    "###);
}

#[test]
fn log_for_programs() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    assert_snapshot!(audit(&repo, "log --format jsonl"), @r###"
    {"v":1,"kind":"deploy","id":"RECORD-1","when":"2026-01-03T15:09:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":null,"co_authors":[]},"what":{"commit":"6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385","outcome":"success","tree":"9990acc86d9527ad22d0368ed0c94f3e1418115d"},"where":{"env":"production","service":"api"},"why":{"tickets":["REL-1"],"trailers":[],"body":"first shop opens","reverts":null},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    {"v":1,"kind":"approval","id":"RECORD-0","when":"2026-01-03T15:08:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":null,"co_authors":[]},"what":{"commit":"6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385","decision":"approved","tree":"9990acc86d9527ad22d0368ed0c94f3e1418115d"},"where":{"env":"production","service":null},"why":{"tickets":[],"trailers":[],"body":"","reverts":null},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    {"v":1,"kind":"commit","id":"1fcec91954ded2051e1c38f640df02829b5624e0","when":"2026-01-03T13:07:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":{"name":"Ana Silva","email":"ana@example.com"},"co_authors":[]},"what":{"summary":"Revert \"Log each refund (#13)\"","parents":["c1bf2e38db23394cd762524ef6cc2320fa4dc2b3"],"tree":"458dd8d979f3a1b3e99a40c0d8bff81f7d5e3dd1","authored":"2026-01-03T13:07:00Z","refs":["main"],"tags":["v1.0.1"],"change":null,"change_request":null,"paths":null,"config":null,"reviews":[],"cherry_picked_from":[]},"where":null,"why":{"tickets":[],"trailers":[],"body":"This reverts commit 37230caae7d313a60308a87defd52ddc0af6985e.\n\nIt logged card numbers.\n","reverts":["37230caae7d313a60308a87defd52ddc0af6985e"]},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    {"v":1,"kind":"commit","id":"c1bf2e38db23394cd762524ef6cc2320fa4dc2b3","when":"2026-01-03T11:06:00Z","who":{"name":"Mallory","email":"mallory@example.com","person":null,"committer":{"name":"Mallory","email":"mallory@example.com"},"co_authors":[]},"what":{"summary":"Speed up the build","parents":["37230caae7d313a60308a87defd52ddc0af6985e"],"tree":"ccdd8c689743c4d20afe8d2057db85826339af15","authored":"2026-01-03T11:06:00Z","refs":[],"tags":[],"change":null,"change_request":null,"paths":null,"config":null,"reviews":[],"cherry_picked_from":[]},"where":null,"why":{"tickets":[],"trailers":[],"body":"","reverts":null},"proof":{"grade":"unknown","signature":{"status":"untrusted","letter":"U","format":"ssh","key":"SHA256:YACzc2Ez8y1UAt8FkrAi9hz6gGbsKV6P5uTfX5XcxFM","signer":null,"made":null,"reason":"key not listed in .audit/ at HEAD (1fcec91954): allowed_signers","marks":[]},"notes":[]}}
    {"v":1,"kind":"commit","id":"37230caae7d313a60308a87defd52ddc0af6985e","when":"2026-01-03T10:05:00Z","who":{"name":"山田 花子","email":"hanako@example.com","person":null,"committer":{"name":"山田 花子","email":"hanako@example.com"},"co_authors":[]},"what":{"summary":"Log each refund (#13)","parents":["6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385"],"tree":"f4c9b85f1ebafbdf5502131a758c0be0c2d5ee9a","authored":"2026-01-03T10:05:00Z","refs":[],"tags":[],"change":"#13","change_request":{"id":"#13","forge":null,"method":"squash","url":null},"paths":null,"config":null,"reviews":[],"cherry_picked_from":[]},"where":null,"why":{"tickets":[],"trailers":[],"body":"","reverts":null},"proof":{"grade":"claimed","signature":null,"notes":[]}}
    {"v":1,"kind":"tag","id":"f01440633ce0248794b4a2a17f75c0025c2e2c8f","when":"2026-01-02T10:04:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":null,"co_authors":[]},"what":{"name":"v1.0","header_name":null,"annotated":true,"object":"f01440633ce0248794b4a2a17f75c0025c2e2c8f","nested":[],"target":"6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385","target_kind":"commit","summary":"The first release"},"where":null,"why":{"tickets":[],"trailers":[],"body":"Takes cards.\n","reverts":null},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    {"v":1,"kind":"merge","id":"6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385","when":"2026-01-02T09:03:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":{"name":"Ana Silva","email":"ana@example.com"},"co_authors":[]},"what":{"summary":"Merge pull request #12 from bruno/capture","parents":["b0070a838e2c600499a86be0a4318f5f3809a7e6","a004ff3e8c0f885722fdc9b8891015275afe20cb"],"tree":"9990acc86d9527ad22d0368ed0c94f3e1418115d","authored":"2026-01-02T09:03:00Z","refs":[],"tags":[],"change":"#12","change_request":{"id":"#12","forge":"github","method":"merge","url":null},"paths":null,"config":null,"reviews":[{"by":{"name":"Carla Dias","email":"carla@example.com"},"state":"approved","source":"trailer:Reviewed-by"}],"cherry_picked_from":[]},"where":null,"why":{"tickets":[],"trailers":[["Reviewed-by","Carla Dias <carla@example.com>"]],"body":"Retry card capture once\n\nReviewed-by: Carla Dias <carla@example.com>\n","reverts":null},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    {"v":1,"kind":"commit","id":"a004ff3e8c0f885722fdc9b8891015275afe20cb","when":"2026-01-01T13:02:00Z","who":{"name":"Bruno Costa","email":"bruno@example.com","person":null,"committer":{"name":"Bruno Costa","email":"bruno@example.com"},"co_authors":[{"name":"Carla Dias","email":"carla@example.com"}]},"what":{"summary":"Retry card capture once","parents":["b0070a838e2c600499a86be0a4318f5f3809a7e6"],"tree":"9990acc86d9527ad22d0368ed0c94f3e1418115d","authored":"2026-01-01T13:02:00Z","refs":["capture"],"tags":[],"change":null,"change_request":null,"paths":null,"config":null,"reviews":[],"cherry_picked_from":[]},"where":null,"why":{"tickets":["PAY-88"],"trailers":[["Fixes","PAY-88"],["Co-authored-by","Carla Dias <carla@example.com>"]],"body":"The terminal answers late when the shop is full; a second\nrequest within a minute is not a second payment.\n\nFixes: PAY-88\nCo-authored-by: Carla Dias <carla@example.com>\n","reverts":null},"proof":{"grade":"claimed","signature":null,"notes":[]}}
    {"v":1,"kind":"commit","id":"b0070a838e2c600499a86be0a4318f5f3809a7e6","when":"2026-01-01T10:01:00Z","who":{"name":"Ana Silva","email":"ana@example.com","person":null,"committer":{"name":"Ana Silva","email":"ana@example.com"},"co_authors":[]},"what":{"summary":"Take payments by card","parents":[],"tree":"8a28fb99a51780bb8f7ce95a447813a5a43225e0","authored":"2026-01-01T10:01:00Z","refs":[],"tags":[],"change":null,"change_request":null,"paths":null,"config":null,"reviews":[],"cherry_picked_from":[]},"where":null,"why":{"tickets":["PAY-1"],"trailers":[["Ticket","PAY-1"]],"body":"The shop has had cash only.\n\nTicket: PAY-1\n","reverts":null},"proof":{"grade":"signed","signature":{"status":"good","letter":"G","format":"ssh","key":"SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko","signer":"ana@example.com","made":null,"reason":null,"marks":[]},"notes":[]}}
    "###);
    assert_snapshot!(audit(&repo, "log --format csv"), @r###"
    when,kind,id,name,email,person,committer_name,committer_email,what,commit,env,service,tickets,change,grade,letter,signer
    2026-01-03T15:09:00Z,deploy,RECORD-1,Ana Silva,ana@example.com,,,,production/api 6718d74831 success: first shop opens,6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385,production,api,REL-1,,signed,G,ana@example.com
    2026-01-03T15:08:00Z,approval,RECORD-0,Ana Silva,ana@example.com,,,,production 6718d74831 approved,6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385,production,,,,signed,G,ana@example.com
    2026-01-03T13:07:00Z,commit,1fcec91954ded2051e1c38f640df02829b5624e0,Ana Silva,ana@example.com,,Ana Silva,ana@example.com,"Revert ""Log each refund (#13)""",1fcec91954ded2051e1c38f640df02829b5624e0,,,,,signed,G,ana@example.com
    2026-01-03T11:06:00Z,commit,c1bf2e38db23394cd762524ef6cc2320fa4dc2b3,Mallory,mallory@example.com,,Mallory,mallory@example.com,Speed up the build,c1bf2e38db23394cd762524ef6cc2320fa4dc2b3,,,,,unknown,U,
    2026-01-03T10:05:00Z,commit,37230caae7d313a60308a87defd52ddc0af6985e,山田 花子,hanako@example.com,,山田 花子,hanako@example.com,Log each refund (#13),37230caae7d313a60308a87defd52ddc0af6985e,,,,#13,claimed,N,
    2026-01-02T10:04:00Z,tag,f01440633ce0248794b4a2a17f75c0025c2e2c8f,Ana Silva,ana@example.com,,,,tag v1.0 → 6718d74831,6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385,,,,,signed,G,ana@example.com
    2026-01-02T09:03:00Z,merge,6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385,Ana Silva,ana@example.com,,Ana Silva,ana@example.com,Merge pull request #12 from bruno/capture,6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385,,,,#12,signed,G,ana@example.com
    2026-01-01T13:02:00Z,commit,a004ff3e8c0f885722fdc9b8891015275afe20cb,Bruno Costa,bruno@example.com,,Bruno Costa,bruno@example.com,Retry card capture once,a004ff3e8c0f885722fdc9b8891015275afe20cb,,,PAY-88,,claimed,N,
    2026-01-01T10:01:00Z,commit,b0070a838e2c600499a86be0a4318f5f3809a7e6,Ana Silva,ana@example.com,,Ana Silva,ana@example.com,Take payments by card,b0070a838e2c600499a86be0a4318f5f3809a7e6,,,PAY-1,,signed,G,ana@example.com
    "###);
    let lines = audit(&repo, "log --format jsonl");
    let document: serde_json::Value =
        serde_json::from_str(&audit(&repo, "log --format json")).unwrap();
    assert_eq!(document["v"], 1);
    let events: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(document["events"].as_array().unwrap(), &events);
}

#[test]
fn log_as_markdown() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    assert_snapshot!(audit(&repo, "log --format markdown"), @r###"
    | When (UTC) | Who | What | Why | Proof |
    |---|---|---|---|---|
    | 2026-01-03T15:09:00Z | Ana Silva | deploy `RECORD-1` production/api 6718d74831 success: first shop opens | REL-1 | signed by ana&#64;<!-- -->example.com |
    | 2026-01-03T15:08:00Z | Ana Silva | approval `RECORD-0` production 6718d74831 approved |  | signed by ana&#64;<!-- -->example.com |
    | 2026-01-03T13:07:00Z | Ana Silva | `1fcec91954` Revert "Log each refund (\#<!-- -->13)" |  | signed by ana&#64;<!-- -->example.com |
    | 2026-01-03T11:06:00Z | Mallory | `c1bf2e38db` Speed up the build |  | unknown (key not listed in .audit/ at HEAD (1fcec91954): allowed\_signers) |
    | 2026-01-03T10:05:00Z | 山田 花子 | `37230caae7` Log each refund (\#<!-- -->13) | \#<!-- -->13 | claimed |
    | 2026-01-02T10:04:00Z | Ana Silva | tag v1.0 → 6718d74831 |  | signed by ana&#64;<!-- -->example.com |
    | 2026-01-02T09:03:00Z | Ana Silva | merge `6718d74831` Merge pull request \#<!-- -->12 from bruno/capture | \#<!-- -->12 | signed by ana&#64;<!-- -->example.com |
    | 2026-01-01T13:02:00Z | Bruno Costa | `a004ff3e8c` Retry card capture once | PAY-88 | claimed |
    | 2026-01-01T10:01:00Z | Ana Silva | `b0070a838e` Take payments by card | PAY-1 | signed by ana&#64;<!-- -->example.com |
    "###);
}

#[test]
fn one_thing_at_length() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    assert_snapshot!(audit(&repo, "show capture"), @r###"
    commit a004ff3e8c0f885722fdc9b8891015275afe20cb  (capture)

      who       Bruno Costa <bruno@example.com>
                with Carla Dias <carla@example.com> (a claim of the message)
      when      2026-01-01 13:02:00 +0000
      what      Retry card capture once
      paths     src/capture.rs
      why       tickets PAY-88
                The terminal answers late when the shop is full; a second
                request within a minute is not a second payment.

                Fixes: PAY-88
                Co-authored-by: Carla Dias <carla@example.com>
      proof     · claimed: there is no signature
      related   parent: b0070a838e Take payments by card
    "###);
    assert_snapshot!(audit(&repo, "show main"), @r###"
    commit 1fcec91954ded2051e1c38f640df02829b5624e0  (main, tag: v1.0.1)

      who       Ana Silva <ana@example.com>
      when      2026-01-03 13:07:00 +0000
      what      Revert "Log each refund (#13)"
      paths     src/refund.rs
      why       reverts 37230caae7d313a60308a87defd52ddc0af6985e (a claim)
                This reverts commit 37230caae7d313a60308a87defd52ddc0af6985e.

                It logged card numbers.
      proof     ✓ signed: good SSH signature by ana@example.com (G in git)
                key SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko
                judged by .audit/ at HEAD (1fcec91954)
      related   parent: c1bf2e38db Speed up the build
                tag: v1.0.1
    "###);
    assert_snapshot!(audit(&repo, "show v1.0"), @r###"
    tag v1.0

      who       Ana Silva <ana@example.com>
      when      2026-01-02 10:04:00 +0000
      what      commit 6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385
                tag object f01440633ce0248794b4a2a17f75c0025c2e2c8f
      message   The first release
      why       Takes cards.
      proof     ✓ signed: good SSH signature by ana@example.com (G in git)
                key SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko
                judged by .audit/ at HEAD (1fcec91954)

    merge 6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385

      who       Ana Silva <ana@example.com>
      when      2026-01-02 09:03:00 +0000
      what      Merge pull request #12 from bruno/capture
      paths     src/capture.rs
      reviews   approved by Carla Dias <carla@example.com> (a claim: trailer:Reviewed-by)
      why       change request #12 (github merge; a claim of the message)
                Retry card capture once

                Reviewed-by: Carla Dias <carla@example.com>
      proof     ✓ signed: good SSH signature by ana@example.com (G in git)
                key SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko
                judged by .audit/ at HEAD (1fcec91954)
      related   parent: b0070a838e Take payments by card
                parent: a004ff3e8c Retry card capture once
                tag: v1.0
                record: RECORD-0 2026-01-03 15:08 approval production 6718d74831 approved, Ana Silva
                record: RECORD-1 2026-01-03 15:09 deploy production/api 6718d74831 success: first shop opens, Ana Silva
    "###);
    assert_snapshot!(audit(&repo, "show ana@example.com"), @r###"
    person ana@example.com

      names     Ana Silva
      addresses ana@example.com
      keys      SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko
      seen      first 2026-01-01 10:01:00 +0000
                last  2026-01-03 15:09:00 +0000
      did       authored 3 commits
                committed 3 commits
                made 1 tag
                made 2 records
      proof     6 signed

    WHEN (+00:00)     WHO                   PROOF       WHY             WHAT
    2026-01-03 15:09  Ana Silva             ✓ signed    REL-1           deploy production/api 6718d74831 success: first shop opens  [signed by ana@example.com]
    2026-01-03 15:08  Ana Silva             ✓ signed                    approval production 6718d74831 approved  [signed by ana@example.com]
    2026-01-03 13:07  Ana Silva             ✓ signed                    1fcec91954 Revert "Log each refund (#13)"  [signed by ana@example.com]
    2026-01-02 10:04  Ana Silva             ✓ signed                    tag v1.0 → 6718d74831  [signed by ana@example.com]
    2026-01-02 09:03  Ana Silva             ✓ signed    #12             6718d74831 ⑂ Merge pull request #12 from bruno/capture  [signed by ana@example.com]
    2026-01-01 10:01  Ana Silva             ✓ signed    PAY-1           b0070a838e Take payments by card  [signed by ana@example.com]
    "###);
}

#[test]
fn a_commit_on_a_narrow_terminal() {
    let world = World::new();
    let (true, Some(repo)) = (require("script"), told(&world)) else { return };
    assert_snapshot!(terminal(&repo, 80, "show c1bf2e38db"), @r###"
    commit c1bf2e38db23394cd762524ef6cc2320fa4dc2b3

      who       Mallory <mallory@example.com>
      when      2026-01-03 11:06:00 +0000
      what      Speed up the build
      paths     .github/workflows/build.yml  (configuration)
      proof     ? unknown: SSH signature holds, but nobody vouches for its key (U in
                git)
                key not listed in .audit/ at HEAD (1fcec91954): allowed_signers
                key SHA256:YACzc2Ez8y1UAt8FkrAi9hz6gGbsKV6P5uTfX5XcxFM
                judged by .audit/ at HEAD (1fcec91954)
      related   parent: 37230caae7 Log each refund (#13)
    "###);
}

#[test]
fn a_record_at_length() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    let record =
        repo.audit(["log", "--kind", "deploy", "--format", "jsonl"]).success().json_lines();
    let id = record[0]["id"].as_str().unwrap().to_owned();
    assert_snapshot!(audit(&repo, &format!("show {id}")), @r###"
    deploy RECORD-1

      who       Ana Silva <ana@example.com>
      when      2026-01-03 15:09:00 +0000
      what      production/api 6718d74831 success
                commit 6718d748316c4d4b6ff9b5cfbe4a27d35ddc4385
                outcome success
                tree 9990acc86d9527ad22d0368ed0c94f3e1418115d
      why       tickets REL-1
                first shop opens
      proof     ✓ signed: good SSH signature by ana@example.com (G in git)
                key SHA256:tNVrEQiFPZDfVDIrm3gAn6K/BdMKJlJOleZ1Z3Ovnko
                judged by .audit/ at HEAD (1fcec91954)
      related   builds on: RECORD-0 approval production 6718d74831 approved
                published: unknown (never synced)
    "###);
}

#[test]
fn people() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    if require("script") {
        assert_snapshot!(terminal(&repo, 80, "people"), @r###"
    PERSON       KNOWN AS             AUTHORED  SIGNED  LAST
    Ana Silva    ana@example.com             3    100%  2026-01-03
    Bruno Costa  bruno@example.com           1      0%  2026-01-01
    山田 花子    hanako@example.com          1      0%  2026-01-03
    Mallory      mallory@example.com         1      0%  2026-01-03
    Carla Dias   carla@example.com           0       -  2026-01-02
    "###);
    }
    assert_snapshot!(audit(&repo, "people"), @r###"
    PERSON       KNOWN AS             AUTHORED  COMMITTED  REVIEWED  TAGS  RECORDS  SIGNED  FIRST       LAST
    Ana Silva    ana@example.com             3          3         0     1        2    100%  2026-01-01  2026-01-03
    Bruno Costa  bruno@example.com           1          1         0     0        0      0%  2026-01-01  2026-01-01
    山田 花子    hanako@example.com          1          1         0     0        0      0%  2026-01-03  2026-01-03
    Mallory      mallory@example.com         1          1         0     0        0      0%  2026-01-03  2026-01-03
    Carla Dias   carla@example.com           0          0         1     0        0       -  2026-01-01  2026-01-02
    "###);
}

#[test]
fn people_of_a_damaged_ledger_are_shown_and_the_damage_told() {
    let world = World::new();
    let Some(repo) = told(&world) else { return };
    let ledger = repo.path.join(".git/audit/ledger.jsonl");
    let text = std::fs::read_to_string(&ledger).unwrap();
    std::fs::write(&ledger, text.replacen("approved", "rejected", 1)).unwrap();
    let shown = repo.audit(["people"]).code(2);
    assert!(shown.stdout.contains("Ana Silva"), "{}", shown.stdout);
    assert!(shown.stderr.contains("the ledger is damaged"), "{}", shown.stderr);
}

#[test]
fn a_question_about_records_without_a_ledger_is_answered_aloud() {
    let world = World::new();
    let repo = world.repo();
    repo.commit("One").create();
    let asked = repo.audit(["log", "--kind", "deploy,rollback"]).success();
    assert_eq!(asked.stdout, "");
    assert!(asked.stderr.contains("there is no ledger here yet"), "{}", asked.stderr);
    // Commits claim these, too.
    assert_eq!(repo.audit(["log", "--kind", "config,review"]).success().stderr, "");
}

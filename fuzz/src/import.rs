//! Files of forges and pipelines, in any container and of any source; and tables by a mapping.

use audit::import::{FoundCommit, Imported, Mapping, Options, Packed, Reader, Row, SOURCES};
use audit::ledger::{canonical, time};

/// Each source by itself, and all of them together.
pub fn import(bytes: &[u8]) {
    let together = read(None, None, bytes, 1);
    for row in SOURCES {
        read(Some(row), None, bytes, 1);
    }
    // The same file twice in one call says nothing more.
    if let Some(once) = together {
        let twice = read(None, None, bytes, 2).expect("what was read is read again");
        assert_eq!(facts(&once), facts(&twice));
    }
}

/// Rows of a table.
pub fn table(bytes: &[u8]) {
    let map = "kind = 'note'\nkey = ['id']\n[when]\nfrom = 'at'\nzone = 'UTC'\n[what]\nsubject = 'id'\n[why]\nreason = 'text'\n";
    let mapping = Mapping::parse(map).expect("a mapping");
    if let Some(once) = read(None, Some(mapping.clone()), bytes, 1) {
        let twice = read(None, Some(mapping), bytes, 2).expect("identical rows are one");
        assert_eq!(facts(&once), facts(&twice));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Mapping::parse(text);
    }
}

fn facts(imported: &Imported) -> Vec<String> {
    imported.drafts.iter().map(|draft| draft.unpack().fields().to_string()).collect()
}

/// Reads the bytes so many times; `None` where they are refused.
fn read(
    only: Option<&'static Row>,
    table: Option<Mapping>,
    bytes: &[u8],
    times: usize,
) -> Option<Imported> {
    let commit = |id: &str| {
        let parents = vec!["b".repeat(40)];
        (id.len() >= 7).then(|| FoundCommit { id: "a".repeat(40), tree: "c".repeat(40), parents })
    };
    let options = Options {
        only,
        commit: &commit,
        commit_from: None,
        is_test: &|name| name.contains("test"),
        table,
        env: &str::to_owned,
    };
    let mut reader = Reader::new(options);
    for _ in 0..times {
        reader.file("file", bytes, &mut || ()).ok()?;
    }
    let imported = reader.finish().ok()?;
    assert!(imported.drafts.is_sorted_by_key(|draft| draft.when));
    for packed in &imported.drafts {
        let draft = packed.unpack();
        canonical::emit(&draft.fields()).expect("what a record can hold");
        time::format(draft.when).expect("a moment that a record can state");
        assert_eq!(Packed::new(&draft).unpack(), draft);
        assert!(!draft.from.key.is_empty() && !draft.from.system.is_empty());
    }
    Some(imported)
}

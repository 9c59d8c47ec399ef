//! Mailmap: the file that says which names and addresses belong to one person.
//!
//! Ours, because it must match `mailmap.c` byte for byte (1,023-byte lines included); gix-mailmap differs on purpose.
//!
//! ```text
//! # proper                   as committed
//! Ana Silva <ana@x>                              (by address: correct the name)
//! <ana@x>                    <ana@laptop>        (by address: correct the address)
//! Ana Silva <ana@x>          <ana@old>           (by address: correct both)
//! Ana Silva <ana@x>          root <root@build>   (by address and name: correct both)
//! ```
//!
//! Follows git's `mailmap.c`, see gitmailmap(5). ASCII case does not count. Later lines override
//! earlier ones, name and address apart. Where an address has entries with a commit name, these are
//! tried first. Names and addresses are bytes: neither the file nor the objects need be UTF-8.

use super::ctype::trim_bytes;
use crate::event::Identity;
use std::collections::HashMap;

/// Git reads a mailmap *file* through a buffer of this size and takes a longer line for several
/// lines. A mailmap from a blob is not cut.
const FILE_LINE: usize = 1023;

/// What an entry changes; `None` leaves that part as it is.
#[derive(Debug, Clone, Default)]
struct Proper {
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
}

/// The entries of one committed address.
#[derive(Debug, Clone, Default)]
struct Entry {
    simple: Proper,
    by_name: HashMap<Vec<u8>, Proper>,
}

/// A mailmap, ready for look-ups. Several sources may be added; later ones win. Git's order
/// is `.mailmap` in the work tree (or `HEAD:.mailmap` in a bare repository), `mailmap.blob`,
/// `mailmap.file`.
#[derive(Debug, Clone, Default)]
pub struct Mailmap {
    entries: HashMap<Vec<u8>, Entry>,
}

impl Mailmap {
    /// Adds what git would read from a file with this content.
    pub fn add_file(&mut self, content: &[u8]) {
        for line in content.split_inclusive(|&byte| byte == b'\n') {
            for piece in line.chunks(FILE_LINE) {
                self.add_line(until_nul(piece));
            }
        }
    }

    /// Adds what git would read from a blob with this content.
    pub fn add_blob(&mut self, content: &[u8]) {
        for line in until_nul(content).split(|&byte| byte == b'\n') {
            self.add_line(line);
        }
    }

    /// Whether there is nothing to map.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The identity under its proper name and address.
    pub fn identity(&self, who: &Identity) -> Identity {
        let (name, email) = self.map(who.name.as_bytes(), who.email.as_bytes());
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Identity { name: text(name), email: text(email) }
    }

    /// `%aN %aE`: the proper name and address of whoever committed as these.
    pub fn map<'a>(&'a self, name: &'a [u8], email: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        if self.is_empty() {
            return (name, email);
        }
        let Some(entry) = self.entries.get(&email.to_ascii_lowercase()) else {
            return (name, email);
        };
        let proper = if entry.by_name.is_empty() {
            &entry.simple
        } else {
            entry.by_name.get(&name.to_ascii_lowercase()).unwrap_or(&entry.simple)
        };
        (proper.name.as_deref().unwrap_or(name), proper.email.as_deref().unwrap_or(email))
    }

    fn add_line(&mut self, line: &[u8]) {
        if line.first() == Some(&b'#') {
            return;
        }
        let Some((name, email, rest)) =
            name_and_email(line).filter(|(_, email, _)| !email.is_empty())
        else {
            return;
        };
        let name = name.map(<[u8]>::to_vec);
        let Some((old_name, old_email, _)) = name_and_email(rest) else {
            let entry = self.entries.entry(email.to_ascii_lowercase()).or_default();
            entry.simple.name = name.or(entry.simple.name.take());
            return;
        };
        let entry = self.entries.entry(old_email.to_ascii_lowercase()).or_default();
        let email = Some(email.to_vec());
        match old_name {
            Some(old_name) => {
                entry.by_name.insert(old_name.to_ascii_lowercase(), Proper { name, email });
            }
            None => {
                entry.simple.name = name.or(entry.simple.name.take());
                entry.simple.email = email;
            }
        }
    }
}

/// One half of a line: the name (`None` when blank), the address, and what follows it.
type Half<'a> = (Option<&'a [u8]>, &'a [u8], &'a [u8]);

/// `parse_name_and_email`: the name before the first `<` (`None` when blank), the text up to the
/// next `>`, and the rest.
fn name_and_email(text: &[u8]) -> Option<Half<'_>> {
    let open = text.iter().position(|&byte| byte == b'<')?;
    let (before, after) = (&text[..open], &text[open + 1..]);
    let close = after.iter().position(|&byte| byte == b'>')?;
    let name = Some(trim_bytes(before)).filter(|name| !name.is_empty());
    Some((name, &after[..close], &after[close + 1..]))
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    bytes.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use proptest::prelude::*;

    fn map(file: &str, name: &str, email: &str) -> String {
        let mut mailmap = Mailmap::default();
        mailmap.add_file(file.as_bytes());
        let (name, email) = mailmap.map(name.as_bytes(), email.as_bytes());
        format!("{} <{}>", String::from_utf8_lossy(name), String::from_utf8_lossy(email))
    }

    #[test]
    fn the_four_forms() {
        assert_eq!(map("Ana Silva <ana@x>\n", "ana", "ana@x"), "Ana Silva <ana@x>");
        assert_eq!(map("<ana@x> <a@old>\n", "ana", "a@old"), "ana <ana@x>");
        assert_eq!(map("Ana Silva <ana@x> <a@old>\n", "ana", "a@old"), "Ana Silva <ana@x>");
        let by_name = "Ana Silva <ana@x> root <root@b>\n";
        assert_eq!(map(by_name, "root", "root@b"), "Ana Silva <ana@x>");
        assert_eq!(map(by_name, "other", "root@b"), "other <root@b>");
    }

    #[test]
    fn case_does_not_count_and_the_proper_form_is_as_written() {
        assert_eq!(map("ANA <aNa@X>\n", "ana", "AnA@x"), "ANA <AnA@x>");
        assert_eq!(map("ANA <aNa@X> Root <ROOT@b>\n", "rOOT", "root@B"), "ANA <aNa@X>");
    }

    #[test]
    fn later_lines_override_name_and_address_apart() {
        assert_eq!(map("One <1@x> <o@x>\nTwo <2@x> <o@x>\n", "o", "o@x"), "Two <2@x>");
        assert_eq!(map("One <1@x> <o@x>\n<2@x> <o@x>\n", "o", "o@x"), "One <2@x>");
        assert_eq!(map("One <1@x> <o@x>\nTwo <o@x>\n", "o", "o@x"), "Two <1@x>");
    }

    #[test]
    fn an_entry_with_a_name_does_not_hide_the_simple_one() {
        let file = "One <1@x> <o@x>\nTwo <2@x> two <o@x>\n";
        assert_eq!(map(file, "two", "o@x"), "Two <2@x>");
        assert_eq!(map(file, "three", "o@x"), "One <1@x>");
    }

    #[test]
    fn lines_that_map_nothing() {
        for file in
            ["# <ana@x> <a>\n", "<> <a>\n", "Ana <> <a>\n", "Ana a>\n", "Ana <a\n", "\0Z <a>\n"]
        {
            assert_eq!(map(file, "n", "a"), "n <a>", "{file}");
        }
        assert_eq!(map(" # Z <a>\n", "n", "a"), "# Z <a>");
    }

    #[test]
    fn an_empty_committed_address_can_be_mapped() {
        assert_eq!(map("Ana <ana@x> <>\n", "n", ""), "Ana <ana@x>");
    }

    #[test]
    fn what_follows_the_second_address_is_a_remark() {
        assert_eq!(map("Ana <ana@x> <a> # since 2020 <b>\n", "n", "a"), "Ana <ana@x>");
    }

    #[test]
    fn invalid_utf8_is_matched_byte_by_byte() {
        let mut mailmap = Mailmap::default();
        mailmap.add_blob(b"J\xf6rg <j@x> j\xd6rg <j@old>\n");
        assert_eq!(mailmap.map(b"J\xd6RG", b"J@OLD"), (&b"J\xf6rg"[..], &b"j@x"[..]));
        assert_eq!(mailmap.map(b"j\xf6rg", b"j@old"), (&b"j\xf6rg"[..], &b"j@old"[..]));
    }

    #[test]
    fn brackets_without_end_are_quick() {
        let start = std::time::Instant::now();
        let mut mailmap = Mailmap::default();
        for hostile in ["<", ">", "<>", "a<b>", "\n<a>"] {
            mailmap.add_blob(hostile.repeat(1 << 17).as_bytes());
            mailmap.add_file(hostile.repeat(1 << 17).as_bytes());
        }
        assert!(start.elapsed().as_secs() < 20);
    }

    proptest! {
        #[test]
        fn no_panic_on_any_bytes(content in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut mailmap = Mailmap::default();
            mailmap.add_file(&content);
            mailmap.add_blob(&content);
            mailmap.map(&content, &content);
        }
    }
}

//! Files in the tree of a commit, read without a work tree.

use super::graph::Commits;
use super::paths::{TreeEntry, read_tree, tree_entries};
use super::repository::ObjectKind;
use super::trees::Content;
use super::{Oid, Repository};
use crate::outcome::Failure;

/// Maximum length in bytes of a file that is read from a tree: trust files, a policy, a mailmap. Whoever may push can
/// commit a file of any length, and a short pack inflates to gigabytes.
const MAX_FILE_LENGTH: u64 = 16 * 1024 * 1024;

/// A file: its name, and its content.
pub type File = (String, Vec<u8>);

/// What is below a folder in a tree.
#[derive(Debug, Default)]
pub struct Below {
    /// The files, named relative to the folder.
    pub files: Vec<File>,
    /// What is neither a file nor a folder with something in it: symbolic links, submodules, empty folders.
    pub others: Vec<String>,
}

impl Repository {
    /// What is below the folder of this name at the top of a commit's tree; `None` when nothing has this
    /// name.
    ///
    /// # Errors
    /// When an object on the way is missing or malformed, and when the name belongs to something else than a folder, or
    /// differs in case (a file system may take both for the same).
    pub fn files_below(&self, commit: Oid, folder: &str) -> Result<Option<Below>, Failure> {
        let top = Commits::verified(self).load(commit)?.links.tree;
        let data = self.tree(top)?;
        let entries = tree_entries(&data, self.hash()).ok_or_else(|| malformed(top))?;
        let exactly = |entry: &&TreeEntry<'_>| entry.name == folder.as_bytes();
        let alike = |entry: &TreeEntry<'_>| entry.name.eq_ignore_ascii_case(folder.as_bytes());
        let called: Vec<_> = entries.iter().filter(exactly).collect();
        if called.is_empty() && entries.iter().any(alike) {
            return Err(Failure::new(format!("commit {commit} spells '{folder}' otherwise")));
        }
        let tree = match called.as_slice() {
            [] => return Ok(None),
            [one] if one.is_tree() => one.oid().ok_or_else(|| malformed(top))?,
            [_] => {
                return Err(Failure::new(format!("'{folder}' in commit {commit} is no folder")));
            }
            _ => return Err(malformed(top)),
        };
        let mut below = Below::default();
        self.collect(tree, "", &mut below)?;
        Ok(Some(below))
    }

    /// The id of the folder of a name in a tree; `None` when there is none. A gitlink of the same id is not a
    /// folder.
    ///
    /// # Errors
    /// When the tree is missing or malformed.
    pub fn folder_of(&self, tree: Oid, name: &str) -> Result<Option<Oid>, Failure> {
        let data = self.tree(tree)?;
        let entries = tree_entries(&data, self.hash()).ok_or_else(|| malformed(tree))?;
        let found = entries.iter().find(|entry| entry.name == name.as_bytes() && entry.is_tree());
        found.map(|entry| entry.oid().ok_or_else(|| malformed(tree))).transpose()
    }

    /// The content of one file in the tree of a commit; `None` when there is no such file.
    ///
    /// # Errors
    /// When the commit, a tree on the way or the content is missing or malformed.
    pub fn file_at(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let mut found = Commits::verified(self).load(commit)?.links.tree;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let data = self.tree(found)?;
            let entries = tree_entries(&data, self.hash()).ok_or_else(|| malformed(found))?;
            let wanted = |entry: &&TreeEntry<'_>| {
                entry.name == part.as_bytes() && entry.is_tree() == parts.peek().is_some()
            };
            match entries.iter().find(wanted).and_then(TreeEntry::oid) {
                Some(oid) => found = oid,
                None => return Ok(None),
            }
        }
        self.blob(found, path).map(Some)
    }

    fn collect(&self, tree: Oid, prefix: &str, below: &mut Below) -> Result<(), Failure> {
        let data = self.tree(tree)?;
        let entries = tree_entries(&data, self.hash()).ok_or_else(|| malformed(tree))?;
        if entries.is_empty() {
            below.others.push(prefix.to_owned());
        }
        for entry in entries {
            let name = format!("{prefix}{}", String::from_utf8_lossy(entry.name));
            let oid = entry.oid().ok_or_else(|| malformed(tree))?;
            if entry.is_tree() {
                self.collect(oid, &format!("{name}/"), below)?;
            } else if entry.is_file() {
                let content = self.blob(oid, &name)?;
                below.files.push((name, content));
            } else {
                below.others.push(name);
            }
        }
        Ok(())
    }

    fn blob(&self, oid: Oid, name: &str) -> Result<Vec<u8>, Failure> {
        self.require_readable_length(oid, name)?;
        match self.read(oid)? {
            Some(object) if object.kind == ObjectKind::Blob => Ok(object.data),
            _ => Err(Failure::new(format!(
                "the content of '{name}' ({oid}) is not in this repository"
            ))
            .hint("a partial clone fetches it with: git cat-file -p ID")),
        }
    }

    /// Requires that a file is not longer than what is read of one. Its length is asked of its header.
    ///
    /// # Errors
    /// When it is longer, or its header can't be read.
    pub fn require_readable_length(&self, oid: Oid, name: &str) -> Result<(), Failure> {
        if let Some(length) = self.length(oid)?.filter(|length| *length > MAX_FILE_LENGTH) {
            return Err(Failure::new(format!(
                "'{name}' ({oid}) has {length} bytes: larger than the {MAX_FILE_LENGTH} that audit reads"
            )));
        }
        Ok(())
    }

    fn tree(&self, oid: Oid) -> Result<Content, Failure> {
        read_tree(self, Some(oid))
    }
}

fn malformed(tree: Oid) -> Failure {
    Failure::new(format!("tree {tree} is malformed"))
}

//! Files in the tree of a commit, read without a work tree.

use super::paths::{TreeEntry, read_tree, tree_entries};
use super::repository::ObjectKind;
use super::source::Commits;
use super::trees::Content;
use super::{Oid, Repository};
use crate::outcome::Failure;

/// A file: its name, and its content.
pub type File = (String, Vec<u8>);

impl Repository {
    /// All files below `folder` in the tree of a commit, named relative to it; `None` when there is no
    /// such folder.
    ///
    /// # Errors
    /// When an object on the way is missing or malformed.
    pub fn files_below(&self, commit: Oid, folder: &str) -> Result<Option<Vec<File>>, Failure> {
        let mut tree = Commits::without_graph(self).load(commit)?.links.tree;
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            let data = self.tree(tree)?;
            let entries = tree_entries(&data, self.hash()).ok_or_else(|| malformed(tree))?;
            let found =
                entries.iter().find(|entry| entry.name == part.as_bytes() && entry.is_tree());
            match found.and_then(|entry| entry.oid()) {
                Some(oid) => tree = oid,
                None => return Ok(None),
            }
        }
        let mut files = Vec::new();
        self.collect_files(tree, "", &mut files)?;
        Ok(Some(files))
    }

    /// The id of the folder of a name in a tree; `None` when there is none. A gitlink of the same id is no
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

    /// The content of one file in the tree of a commit; `None` when there is no such file, or its content
    /// is not here.
    ///
    /// # Errors
    /// When the commit or a tree on the way is missing or malformed.
    pub fn file_at(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let mut found = Commits::without_graph(self).load(commit)?.links.tree;
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
        let object = self.read(found)?.filter(|object| object.kind == ObjectKind::Blob);
        Ok(object.map(|object| object.data))
    }

    fn collect_files(&self, tree: Oid, prefix: &str, files: &mut Vec<File>) -> Result<(), Failure> {
        let data = self.tree(tree)?;
        for entry in tree_entries(&data, self.hash()).ok_or_else(|| malformed(tree))? {
            let name = format!("{prefix}{}", String::from_utf8_lossy(entry.name));
            let oid = entry.oid().ok_or_else(|| malformed(tree))?;
            if entry.is_tree() {
                self.collect_files(oid, &format!("{name}/"), files)?;
                continue;
            }
            match self.read(oid)? {
                Some(object) if object.kind == ObjectKind::Blob => files.push((name, object.data)),
                _ => {
                    return Err(Failure::new(format!(
                        "the content of '{name}' ({oid}) is not in this repository"
                    ))
                    .hint("a partial clone fetches it with: git cat-file -p ID"));
                }
            }
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

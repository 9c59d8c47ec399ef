//! Multi-pack-indexes, read only to see that they mislead nobody.
//!
//! ```text
//! MIDX 01 hash chunks 00 packs(4)                       the header
//! PNAM  names of packs, each with its NUL, sorted
//! OIDF  how many ids begin with a byte up to …          OIDL  ids, sorted
//! OOFF  for each id: number of the pack (4), offset (4)
//! LOFF  offsets of eight bytes, for those whose highest bit is set in OOFF
//! ```
//!
//! Why not leave it to libgit2: it reads wherever a damaged one points, and crashes behind the end of a pack.
//!
//! Source: git's documentation, `gitformat-pack(5)`, section "multi-pack-index (MIDX) files have the following format".

use super::Oid;
use super::objects::kind::HashKind;
use super::objects::sorted_ids::SortedIds;
use filebuffer::FileBuffer;
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// The bytes before the table of chunks.
const HEADER: usize = 12;

/// The bytes of a pack before its first object.
const PACK_HEADER: u64 = 12;

/// The bytes of an entry in the table of chunks: its name and its offset.
const CHUNK: usize = 12;

/// The multi-pack-index of an object folder.
pub(super) struct MultiPackIndex {
    file: FileBuffer,
    ids: SortedIds,
    /// Where the pairs of pack and offset begin.
    offsets: usize,
    /// Where the offsets of eight bytes begin.
    large: Option<usize>,
    /// The length of each pack without its checksum; 0 for one that is not there.
    packs: Vec<u64>,
}

impl MultiPackIndex {
    /// Opens the one of an object folder; `None` when there is none, or libgit2 wouldn't use it either.
    pub(super) fn open(folder: &Path, hash: HashKind) -> Option<MultiPackIndex> {
        let folder = folder.join("pack");
        let file = FileBuffer::open(folder.join("multi-pack-index")).ok()?;
        let count = usize::from(*file.strip_prefix(b"MIDX\x01").and_then(|rest| rest.get(1))?);
        let mut chunks: HashMap<&[u8], usize> = HashMap::new();
        for entry in file.get(HEADER..)?.get(..count * CHUNK)?.chunks_exact(CHUNK) {
            let (name, offset) = entry.split_at(4);
            chunks.insert(name, usize::try_from(u64::from_be_bytes(*offset.first_chunk()?)).ok()?);
        }
        let chunk = |name: &[u8]| chunks.get(name).copied();
        let id = hash.hex_len() / 2;
        let ids = SortedIds::new(&file, chunk(b"OIDF")?, chunk(b"OIDL")?, id)?;
        let number = u32::from_be_bytes(*file.get(8..)?.first_chunk()?);
        let names = file.get(chunk(b"PNAM")?..)?.split(|&byte| byte == 0);
        let length = |name: &[u8]| {
            let pack = folder.join(std::str::from_utf8(name).ok()?).with_extension("pack");
            fs::metadata(pack).ok()?.len().checked_sub(id as u64)
        };
        let packs = names.take(number as usize).map(|name| length(name).unwrap_or(0)).collect();
        let (offsets, large) = (chunk(b"OOFF")?, chunk(b"LOFF"));
        Some(MultiPackIndex { file, ids, offsets, large, packs })
    }

    /// Whether it says of an object that it stands where its pack has no objects.
    pub(super) fn misleads(&self, oid: Oid) -> bool {
        let Some(number) = self.ids.find(&self.file, oid.as_bytes()) else { return false };
        self.is_sound(number).is_none()
    }

    fn is_sound(&self, number: usize) -> Option<()> {
        let at = number.checked_mul(8)?.checked_add(self.offsets)?;
        let (pack, offset) = self.file.get(at..)?.get(..8)?.split_at(4);
        let pack = u32::from_be_bytes(*pack.first_chunk()?);
        let offset = u32::from_be_bytes(*offset.first_chunk()?);
        let offset = match (self.large, offset.checked_sub(1 << 31)) {
            (Some(large), Some(number)) => {
                let at = (number as usize).checked_mul(8)?.checked_add(large)?;
                u64::from_be_bytes(*self.file.get(at..)?.first_chunk()?)
            }
            _ => u64::from(offset),
        };
        let end = *self.packs.get(pack as usize)?;
        (PACK_HEADER..end).contains(&offset).then_some(())
    }
}

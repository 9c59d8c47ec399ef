//! Memory for a piece of a file that is kept.
//!
//! A system hands out memory page by page, each when it is first touched, and each time that costs as much as reading
//! the page from a file that is at hand. For a block all pages are made ready in one go, where the system can do that.

use memmap2::{MmapMut, MmapOptions};
use std::io::{self, Read};
use std::ops::Deref;

/// Below so many bytes there is nothing to gain.
const WORTHWHILE: usize = 64 * 1024;

/// Bytes that were read.
#[derive(Debug, Default)]
pub(super) struct Block {
    room: Room,
    /// How many bytes of it were read.
    length: usize,
}

#[derive(Debug)]
enum Room {
    Ready(MmapMut),
    /// As it comes.
    Plain(Vec<u8>),
}

impl Default for Room {
    fn default() -> Room {
        Room::Plain(Vec::new())
    }
}

impl Block {
    /// Room for so many bytes behind these.
    pub(super) fn beginning(bytes: &[u8], room: usize) -> Block {
        let size = bytes.len() + room;
        let ready =
            (size >= WORTHWHILE).then(|| MmapOptions::new().len(size).populate().map_anon());
        let mut room = match ready {
            Some(Ok(map)) => Room::Ready(map),
            Some(Err(_)) | None => Room::Plain(vec![0; size]),
        };
        room.bytes()[..bytes.len()].copy_from_slice(bytes);
        Block { room, length: bytes.len() }
    }

    /// Reads until the room is full or the source ends; how many bytes came.
    pub(super) fn fill(&mut self, source: &mut impl Read) -> io::Result<usize> {
        let before = self.length;
        loop {
            match source.read(&mut self.room.bytes()[self.length..]) {
                Ok(0) => return Ok(self.length - before),
                Ok(count) => self.length += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Forgets all but the first bytes.
    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }
}

impl Room {
    fn bytes(&mut self) -> &mut [u8] {
        match self {
            Room::Ready(map) => map,
            Room::Plain(bytes) => bytes,
        }
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.room {
            Room::Ready(map) => &map[..self.length],
            Room::Plain(bytes) => &bytes[..self.length],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_block_is_what_it_began_with_and_what_was_read() {
        for room in [0, 1, 5, WORTHWHILE] {
            let mut source = &b"and more"[..];
            let mut block = Block::beginning(b"some ", room);
            assert_eq!(&*block, b"some ");
            let read = block.fill(&mut source).unwrap();
            assert_eq!(read, room.min(8));
            assert_eq!(block.strip_prefix(b"some ").unwrap(), &b"and more"[..read]);
            block.truncate(3);
            assert_eq!(&*block, b"som");
            block.truncate(9);
            assert_eq!(&*block, b"som");
        }
    }
}

//! Memory for the pieces of a file.
//!
//! A system hands out memory page by page, each when it is first touched, and each time that costs more than reading
//! the page from a file that is at hand. So rooms for large pieces are cut from slabs, each of which is one huge page
//! where the system has those (else all its pages are made ready in one go), and go back to be used again:
//!
//! ```text
//! slab  |room|room|room|room|…      a piece that is kept keeps its room; one that was only looked at frees it
//! ```
//!
//! Slabs are never given back: there are as many as pieces were kept at once.

#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::MmapOptions;
use std::io::{self, Read};
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

/// How many bytes a room of a slab has.
pub(super) const ROOM: usize = 128 * 1024;

/// How many bytes a slab has: a huge page of x86-64 and of AArch64.
const SLAB: usize = 2 * 1024 * 1024;

/// Rooms that nobody uses.
static FREE: Mutex<Vec<&'static mut [u8]>> = Mutex::new(Vec::new());

/// Bytes that were read.
#[derive(Debug, Default)]
pub(super) struct Block {
    room: Room,
    /// How many bytes of it were read.
    length: usize,
}

#[derive(Debug)]
enum Room {
    OfSlab(&'static mut [u8]),
    /// As it comes.
    Plain(Vec<u8>),
}

impl Default for Room {
    fn default() -> Room {
        Room::Plain(Vec::new())
    }
}

impl Block {
    /// A block of so many bytes that begins with these. Of [`ROOM`] bytes it lies in a slab.
    pub(super) fn beginning(bytes: &[u8], size: usize) -> Block {
        let mut room = match size {
            ROOM => room().map_or_else(|_| Room::Plain(vec![0; size]), Room::OfSlab),
            _ => Room::Plain(vec![0; size.max(bytes.len())]),
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
            Room::OfSlab(bytes) => bytes,
            Room::Plain(bytes) => bytes,
        }
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.room {
            Room::OfSlab(bytes) => &bytes[..self.length],
            Room::Plain(bytes) => &bytes[..self.length],
        }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Room::OfSlab(room) = &mut self.room {
            FREE.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(room));
        }
    }
}

/// A room that nobody uses, if need be of a new slab.
fn room() -> io::Result<&'static mut [u8]> {
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    if free.is_empty() {
        let slab = MmapOptions::new().len(SLAB).map_anon()?;
        // Where the system knows neither, pages come as they are touched.
        #[cfg(target_os = "linux")]
        for advice in [Advice::HugePage, Advice::PopulateWrite] {
            let _ = slab.advise(advice);
        }
        free.extend(Box::leak(Box::new(slab)).chunks_exact_mut(ROOM));
    }
    Ok(free.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_block_is_what_it_began_with_and_what_was_read() {
        for size in [5, 6, 10, 13, ROOM] {
            let mut source = &b"and more"[..];
            let mut block = Block::beginning(b"some ", size);
            assert_eq!(&*block, b"some ");
            let read = block.fill(&mut source).unwrap();
            assert_eq!(read, (size - 5).min(8));
            assert_eq!(block.strip_prefix(b"some ").unwrap(), &b"and more"[..read]);
            block.truncate(3);
            assert_eq!(&*block, b"som");
            block.truncate(9);
            assert_eq!(&*block, b"som");
        }
    }

    #[test]
    fn rooms_are_used_again_and_never_by_two_blocks() {
        let kept: Vec<Block> = (0..=u8::MAX).map(|n| Block::beginning(&[n; 9], ROOM)).collect();
        for round in 0..100 {
            let mut block = Block::beginning(b"other", ROOM);
            assert_eq!(&*block, b"other", "what was there before is not seen");
            let read = block.fill(&mut vec![round; 2 * ROOM].as_slice()).unwrap();
            assert_eq!(read, ROOM - 5);
        }
        for (n, block) in (0..=u8::MAX).zip(&kept) {
            assert_eq!(**block, [n; 9]);
        }
    }
}

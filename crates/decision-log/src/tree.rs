//! The Merkle tree of a log, cut into tiles of 256 hashes: RFC 6962, as C2SP tlog-tiles lays it out. Pure; where tiles are kept is
//! [`crate::disk`]'s.

use tlog_tiles::{EMPTY_HASH, Tile, node_hash};
pub use tlog_tiles::{Hash, record_hash};

/// Hashes in a full tile.
pub const WIDTH: usize = 256;
/// Height of a tile: 2 to this power is its width.
pub const HEIGHT: u8 = 8;
/// Levels of tiles that a log of 2^64 records has.
const LEVELS: usize = 8;

/// The right edge of a tree: on each level the hashes of the tile that is not full yet. All that is needed to go on.
#[derive(Clone, Default)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

/// A tile with its place.
pub struct Full<'a> {
    /// Level of tiles: 0 holds the hashes of records.
    pub level: u8,
    /// Its number within the level.
    pub index: u64,
    /// Its hashes.
    pub hashes: &'a [Hash],
}

impl Edge {
    /// The edge of a tree, from the tiles that are not full; `read` gives the hashes of a tile by level, index and width.
    pub fn load<E>(
        size: u64,
        mut read: impl FnMut(u8, u64, usize) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut levels = Vec::new();
        for level in 0..LEVELS {
            let count = size.checked_shr(u32::from(HEIGHT) * level_bits(level)).unwrap_or(0);
            if count == 0 {
                break;
            }
            let width = usize::from(low_byte(count));
            let hashes =
                if width == 0 { Vec::new() } else { read(level_number(level), count >> HEIGHT, width)? };
            levels.push(hashes);
        }
        Ok(Self { size, levels })
    }

    /// How many records it holds.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a record by its hash. `full` hears of each tile that this fills.
    pub fn push<E>(&mut self, leaf: Hash, mut full: impl FnMut(Full<'_>) -> Result<(), E>) -> Result<(), E> {
        self.size += 1;
        let mut next = Some(leaf);
        let mut level = 0;
        while let Some(hash) = next.take() {
            if self.levels.len() == level {
                self.levels.push(Vec::with_capacity(WIDTH));
            }
            let Some(hashes) = self.levels.get_mut(level) else { break };
            hashes.push(hash);
            if hashes.len() == WIDTH {
                let above = u32::from(HEIGHT) * (level_bits(level) + 1);
                let index = self.size.checked_shr(above).unwrap_or(0).saturating_sub(1);
                full(Full { level: level_number(level), index, hashes })?;
                next = Some(subtree(hashes));
                hashes.clear();
            }
            level += 1;
        }
        Ok(())
    }

    /// The tiles that are not full, lowest first.
    pub fn partial(&self) -> impl Iterator<Item = Full<'_>> {
        self.levels.iter().enumerate().filter(|(_, hashes)| !hashes.is_empty()).map(|(level, hashes)| {
            let above = u32::from(HEIGHT) * (level_bits(level) + 1);
            let index = self.size.checked_shr(above).unwrap_or(0);
            Full { level: level_number(level), index, hashes }
        })
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        let mut root: Option<Hash> = None;
        for hashes in &self.levels {
            // The whole subtrees within a tile, from the right: their widths are the bits of its width.
            let mut end = hashes.len();
            for bit in 0..HEIGHT {
                let width = 1_usize << bit;
                if hashes.len() & width == 0 {
                    continue;
                }
                let Some(chunk) = hashes.get(end - width..end) else { continue };
                end -= width;
                let left = subtree(chunk);
                root = Some(root.map_or(left, |right| node_hash(left, right)));
            }
        }
        root.unwrap_or(EMPTY_HASH)
    }
}

fn level_bits(level: usize) -> u32 {
    u32::try_from(level).unwrap_or(u32::MAX)
}

fn level_number(level: usize) -> u8 {
    u8::try_from(level).unwrap_or(u8::MAX)
}

fn low_byte(count: u64) -> u8 {
    count.to_le_bytes()[0]
}

/// The hash over a whole subtree; the number of hashes is a power of two.
fn subtree(hashes: &[Hash]) -> Hash {
    Tile::subtree_hash(&bytes(hashes))
}

/// A tile as it stands in its file.
pub fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}

/// The hashes of a tile from its file; what is left over at the end is no hash.
pub fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok().map(Hash)).collect()
}

/// Where a tile stands in the folder of a log, as C2SP tlog-tiles names it.
pub fn path(level: u8, index: u64, width: usize) -> String {
    let mut rest = index / 1000;
    let mut name = format!("{:03}", index % 1000);
    while rest > 0 {
        name = format!("x{:03}/{name}", rest % 1000);
        rest /= 1000;
    }
    if width == WIDTH { format!("tile/{level}/{name}") } else { format!("tile/{level}/{name}.p/{width}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tlog_tiles::{Error, HashReader, stored_hashes, tree_hash};

    struct Stored(Vec<Hash>);

    impl HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, Error> {
            Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
        }
    }

    /// By other hands, which keep every hash.
    #[test]
    fn the_root_is_that_of_rfc_6962() {
        let mut edge = Edge::default();
        let mut stored = Stored(Vec::new());
        let mut filled = 0;
        assert!(edge.root() == tree_hash(0, &stored).unwrap());
        for n in 0..70_000_u64 {
            let record = n.to_be_bytes();
            let more = stored_hashes(n, &record, &stored).unwrap();
            stored.0.extend(more);
            edge.push(record_hash(&record), |_| {
                filled += 1;
                Ok::<(), ()>(())
            })
            .unwrap();
            if n < 600 || n % 997 == 0 || n % 256 == 255 {
                assert!(edge.root() == tree_hash(n + 1, &stored).unwrap(), "{n}");
            }
        }
        assert_eq!(filled, 70_000 / 256 + 70_000 / 65_536);
    }

    #[test]
    fn an_edge_is_loaded_from_its_tiles() {
        let mut edge = Edge::default();
        for n in 0..66_000_u64 {
            edge.push(record_hash(&n.to_be_bytes()), |_| Ok::<(), ()>(())).unwrap();
        }
        let tiles: Vec<(u8, u64, Vec<Hash>)> =
            edge.partial().map(|tile| (tile.level, tile.index, tile.hashes.to_vec())).collect();
        let loaded = Edge::load(66_000, |level, index, width| {
            let found = tiles.iter().find(|tile| (tile.0, tile.1) == (level, index) && tile.2.len() == width);
            found.map(|tile| tile.2.clone()).ok_or(())
        });
        assert!(loaded.unwrap().root() == edge.root());
    }

    #[test]
    fn tiles_have_their_names() {
        for (level, index, width, name) in [
            (0, 0, 256, "tile/0/000"),
            (0, 999, 1, "tile/0/999.p/1"),
            (1, 1000, 256, "tile/1/x001/000"),
            (0, 1_234_067, 5, "tile/0/x001/x234/067.p/5"),
        ] {
            assert_eq!(path(level, index, width), name);
        }
    }
}

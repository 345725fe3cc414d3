//! Records in memory.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::model::digest::sha256_hex;
use crate::model::secret::{self, Veil};
use crate::store::StoreError;
use crate::store::atomic::Content;
use crate::store::lock::LockError;
use crate::store::records::{
    HeldLock, KeptRecord, RecordLines, RecordName, RecordSort, Records, Tag,
};

type All = Arc<Mutex<BTreeMap<RecordName, Vec<u8>>>>;

/// Nothing of it lasts.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    all: All,
    /// Those that grow at present: as long as one of two owners is left, nobody does.
    growing: Mutex<BTreeMap<RecordName, Arc<()>>>,
    lock: Arc<()>,
    holder: Mutex<Option<String>>,
}

#[derive(Debug)]
struct Growing(All, RecordName, #[expect(dead_code, reason = "counted")] Arc<()>);

#[derive(Debug)]
struct Locked(#[expect(dead_code, reason = "counted")] Arc<()>);

impl HeldLock for Locked {}

fn veiled(content: Content<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut veil = Veil::new(&mut bytes);
    content(&mut veil)?;
    io::Write::flush(&mut veil)?;
    drop(veil);
    Ok(bytes)
}

impl Memory {
    fn write(&self, name: &RecordName, content: Content<'_>) -> Result<Tag, StoreError> {
        let failed = |source| StoreError::Write { path: self.path(name), source };
        let bytes = veiled(content).map_err(failed)?;
        let tag = Tag(sha256_hex(&bytes));
        self.all.lock().unwrap().insert(name.clone(), bytes);
        Ok(tag)
    }

    fn bytes(&self, name: &RecordName) -> Option<Vec<u8>> {
        self.all.lock().unwrap().get(name).cloned()
    }
}

impl Records for Memory {
    fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn list(&self, sort: RecordSort) -> Result<Vec<RecordName>, StoreError> {
        let all = self.all.lock().unwrap();
        Ok(all.keys().filter(|name| name.sort() == sort).cloned().collect())
    }

    fn read(&self, name: &RecordName, limit: u64) -> Result<KeptRecord, StoreError> {
        let bytes = self.bytes(name).ok_or_else(|| StoreError::Read {
            path: self.path(name),
            source: io::ErrorKind::NotFound.into(),
        })?;
        if u64::try_from(bytes.len()).unwrap() > limit {
            return Err(StoreError::TooLong { path: self.path(name), limit });
        }
        let tag = Tag(sha256_hex(&bytes));
        Ok(KeptRecord { bytes, tag })
    }

    fn tail(&self, name: &RecordName, most: u64) -> Result<Vec<u8>, StoreError> {
        let bytes = self.read(name, u64::MAX)?.bytes;
        let from = bytes.len().saturating_sub(usize::try_from(most).unwrap());
        Ok(bytes[from..].to_vec())
    }

    fn create(&self, name: &RecordName, content: Content<'_>) -> Result<Tag, StoreError> {
        match self.bytes(name) {
            Some(_) => Err(StoreError::Exists { path: self.path(name) }),
            None => self.write(name, content),
        }
    }

    fn replace(
        &self,
        name: &RecordName,
        tag: &Tag,
        content: Content<'_>,
    ) -> Result<Tag, StoreError> {
        match self.bytes(name).filter(|bytes| sha256_hex(bytes) == tag.0) {
            Some(_) => self.write(name, content),
            None => Err(StoreError::Changed { path: self.path(name) }),
        }
    }

    fn begin(&self, name: &RecordName) -> Result<Box<dyn RecordLines>, StoreError> {
        self.create(name, &|_| Ok(()))?;
        let owner = Arc::new(());
        self.growing.lock().unwrap().insert(name.clone(), Arc::clone(&owner));
        Ok(Box::new(Growing(Arc::clone(&self.all), name.clone(), owner)))
    }

    fn under_way(&self, name: &RecordName) -> bool {
        let growing = self.growing.lock().unwrap();
        growing.get(name).is_some_and(|owner| Arc::strong_count(owner) > 1)
    }

    fn lock(&self, holder: &str) -> Result<Box<dyn HeldLock>, LockError> {
        let mut last = self.holder.lock().unwrap();
        if Arc::strong_count(&self.lock) > 1 {
            return Err(LockError::Held { by: last.clone().unwrap_or_default() });
        }
        *last = Some(holder.to_owned());
        Ok(Box::new(Locked(Arc::clone(&self.lock))))
    }

    fn holder(&self) -> Option<String> {
        self.holder.lock().unwrap().clone()
    }

    fn path(&self, name: &RecordName) -> PathBuf {
        PathBuf::from("memory").join(name.file())
    }
}

impl RecordLines for Growing {
    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        let mut all = self.0.lock().unwrap();
        all.entry(self.1.clone()).or_default().extend(secret::veiled(lines).iter());
        Ok(())
    }
}

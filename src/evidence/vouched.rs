//! Which records are vouched for by whom: the batches of a ledger whose `import` record somebody trusted signed.

use crate::event::{Event, Grade, Vouched};
use crate::ledger::Batch;
use std::collections::HashMap;

/// The vouched records of one ledger, by their numbers in the chain.
#[derive(Debug, Default)]
pub(crate) struct VouchedRecords {
    /// The place of the voucher among `vouchers`.
    by_number: HashMap<usize, usize>,
    vouchers: Vec<Vouched>,
}

impl VouchedRecords {
    /// Adds a batch, if it is whole and somebody trusted signed its `import` record.
    pub(crate) fn add(&mut self, batch: &Batch, import: &Event) {
        let Ok(records) = &batch.records else { return };
        if import.proof.grade != Grade::Signed {
            return;
        }
        let verdict = import.proof.signature.as_ref();
        let signer = verdict.and_then(|verdict| verdict.signer.clone());
        for &number in records {
            self.by_number.entry(number).or_insert(self.vouchers.len());
        }
        self.vouchers.push(Vouched { record: import.id.clone(), signer });
    }

    /// The numbers of all of them.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = usize> {
        self.by_number.keys().copied()
    }

    /// Grades the record with this number as imported, if it is vouched for.
    pub(crate) fn grade(&self, number: usize, event: &mut Event) {
        let voucher = self.by_number.get(&number).and_then(|&at| self.vouchers.get(at));
        if let Some(voucher) = voucher.filter(|_| event.proof.grade == Grade::Claimed) {
            event.proof.grade = Grade::Imported;
            event.proof.vouched = Some(Box::new(voucher.clone()));
            // Every import is written later than what it tells.
            event.proof.notes.retain(|note| note != "recorded-late");
        }
    }
}

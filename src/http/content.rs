//! The bytes of a request's body, in pieces.

use std::any::Any;
use std::cell::OnceCell;
use std::rc::Rc;

use bytes::Bytes;

/// A body in pieces that need not lie side by side: the code of a Worker is sent from where it was read to, and joined by
/// nobody. Cheap to clone, clones share everything.
#[derive(Clone, Default)]
pub struct Content(Rc<Shared>);

#[derive(Default)]
struct Shared {
    pieces: Vec<Bytes>,
    /// What a transport made of the pieces, for the next try.
    prepared: OnceCell<Box<dyn Any>>,
}

impl Content {
    /// The pieces, in order.
    pub fn pieces(&self) -> &[Bytes] {
        &self.0.pieces
    }

    /// Bytes of all pieces.
    pub fn size(&self) -> usize {
        self.pieces().iter().map(Bytes::len).sum()
    }

    /// All bytes in one place: a copy.
    pub fn to_vec(&self) -> Vec<u8> {
        self.pieces().concat()
    }

    /// What a transport makes of the pieces, made at the first try only: a large body would else exist once a try until
    /// the runtime collects it. A transport asks for one type.
    pub fn prepared<T: Clone + 'static>(&self, make: impl FnOnce(&[Bytes]) -> T) -> T {
        let known = self.0.prepared.get().and_then(|known| known.downcast_ref::<T>());
        known.cloned().unwrap_or_else(|| {
            let made = make(self.pieces());
            // Nothing is lost when another type stands there already.
            let _ = self.0.prepared.set(Box::new(made.clone()));
            made
        })
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        vec![bytes].into()
    }
}

impl From<Vec<Bytes>> for Content {
    fn from(pieces: Vec<Bytes>) -> Self {
        Self(Rc::new(Shared { pieces, prepared: OnceCell::new() }))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Content;

    #[test]
    fn a_body_is_its_pieces_in_order_and_none_is_copied() {
        let large = Bytes::from(vec![b'x'; 1_000]);
        let content = Content::from(vec![Bytes::from_static(b"head"), large.clone(), Bytes::from_static(b"end")]);
        assert_eq!((content.size(), content.to_vec().len()), (1_007, 1_007));
        assert_eq!(content.clone().pieces()[1].as_ptr(), large.as_ptr());
        assert_eq!(Content::default().to_vec(), b"");
    }

    #[test]
    fn what_a_transport_makes_of_a_body_is_made_once_for_all_tries() {
        let content = Content::from(Bytes::from_static(b"body"));
        let made = content.prepared(|pieces| format!("{} piece", pieces.len()));
        let again = content.clone().prepared(|_| "made twice".to_owned());
        assert_eq!((made.as_str(), again.as_str()), ("1 piece", "1 piece"));
    }
}

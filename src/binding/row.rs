//! What one row of the table of binding types says.

/// A binding type without a behaviour of its own.
#[derive(Debug)]
pub struct Row {
    /// Cloudflare's word for the type.
    pub word: &'static str,
    /// What the manifest says of it beside name and type.
    pub members: &'static [Member],
}

/// One member of a binding.
#[derive(Debug)]
pub struct Member {
    /// Its name in a manifest.
    pub name: &'static str,
    /// Its name in an upload; the account shows it under either name.
    pub sent: &'static str,
    /// It must be given.
    pub required: bool,
    /// Exactly one of the row's alternatives must be given.
    pub alternative: bool,
    /// What it may be.
    pub takes: Takes,
    /// The resource that it refers to.
    pub refers: Option<Refers>,
    /// What the account shows where it was not given.
    pub default: Option<&'static str>,
}

/// What a member may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Text that is not empty.
    Text,
    /// 32 hexadecimal digits.
    Hexadecimal,
    /// 32 hexadecimal digits in five groups.
    Uuid,
    /// A whole number, 0 or more.
    Number,
    /// `true` or `false`.
    Switch,
    /// A list of texts.
    Texts,
    /// Whatever JSON can say.
    Anything,
}

/// A resource that a member refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refers {
    /// Kind of the documents that describe such a resource.
    pub kind: &'static str,
    /// The output that is the member's value.
    pub output: &'static str,
    /// The value is the resource's own name: known before it is made, and a plain text names it too.
    pub by_name: bool,
}

impl Row {
    pub(super) const fn of(word: &'static str, members: &'static [Member]) -> Self {
        Self { word, members }
    }

    /// The member of that name, in the manifest's word or the upload's.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.names().any(|known| known == name))
    }

    /// The members of which exactly one must be given.
    pub fn alternatives(&self) -> impl Iterator<Item = &'static Member> {
        self.members.iter().filter(|member| member.alternative)
    }

    /// The member that refers to another resource.
    pub fn referring(&self) -> Option<&'static Member> {
        self.members.iter().find(|member| member.refers.is_some())
    }
}

impl Member {
    const fn of(name: &'static str, takes: Takes) -> Self {
        Self { name, sent: name, required: false, alternative: false, takes, refers: None, default: None }
    }

    pub(super) const fn text(name: &'static str) -> Self {
        Self::of(name, Takes::Text)
    }

    pub(super) const fn hexadecimal(name: &'static str) -> Self {
        Self::of(name, Takes::Hexadecimal)
    }

    pub(super) const fn uuid(name: &'static str) -> Self {
        Self::of(name, Takes::Uuid)
    }

    pub(super) const fn number(name: &'static str) -> Self {
        Self::of(name, Takes::Number)
    }

    pub(super) const fn switch(name: &'static str) -> Self {
        Self::of(name, Takes::Switch)
    }

    pub(super) const fn texts(name: &'static str) -> Self {
        Self::of(name, Takes::Texts)
    }

    pub(super) const fn anything(name: &'static str) -> Self {
        Self::of(name, Takes::Anything)
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// It or another one of these must be given, and not both.
    pub(super) const fn alternative(self) -> Self {
        Self { alternative: true, ..self }
    }

    pub(super) const fn sent_as(self, sent: &'static str) -> Self {
        Self { sent, ..self }
    }

    /// Cloudflare shows this where it was not given.
    pub(super) const fn by_default(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// It is the id of a resource, which Cloudflare gives.
    pub(super) const fn id_of(self, kind: &'static str, output: &'static str) -> Self {
        Self { refers: Some(Refers { kind, output, by_name: false }), ..self }
    }

    /// It is the name of a resource.
    pub(super) const fn name_of(self, kind: &'static str, output: &'static str) -> Self {
        Self { refers: Some(Refers { kind, output, by_name: true }), ..self }
    }

    /// Its name in a manifest, then the one in an upload where that is another.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let sent = (self.sent != self.name).then_some(self.sent);
        std::iter::once(self.name).chain(sent)
    }
}

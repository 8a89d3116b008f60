//! The person who looks at the console.

/// A person, or a program, that may look at the console. The name is recorded with each action.
///
/// # Examples
///
/// ```
/// use countersign_console::Operator;
///
/// let admin = Operator::new("admin").reads_bodies();
/// let guest = Operator::new("guest").only_looks();
/// assert!(admin.may_act() && !guest.may_act());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Operator {
    name: Box<str>,
    may_act: bool,
    reads_bodies: bool,
}

impl Operator {
    /// Names an operator who may look and act.
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), may_act: true, reads_bodies: false }
    }

    /// Takes the permission to act away.
    pub fn only_looks(self) -> Self {
        Self { may_act: false, ..self }
    }

    /// Gives the permission to read bodies, if the console has
    /// [`bodies_need_permission`](crate::Console::bodies_need_permission).
    pub fn reads_bodies(self) -> Self {
        Self { reads_bodies: true, ..self }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the operator may replay, retry, discard, mark and prune.
    #[must_use]
    pub fn may_act(&self) -> bool {
        self.may_act
    }

    /// Returns whether the operator has the second permission, for bodies.
    #[must_use]
    pub fn may_read_bodies(&self) -> bool {
        self.reads_bodies
    }
}

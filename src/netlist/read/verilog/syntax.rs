//! The tree that the parser makes of a text. Names and literals are slices of it.

use crate::{NetlistError, Place, Source};

/// A place, small enough to be kept with every node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The text, by its position among the sources.
    pub source: u32,
    pub line: u32,
    pub column: u32,
}

impl Spot {
    pub fn place(self, sources: &[Source]) -> Place {
        sources[self.source as usize].place(self.line, self.column)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    pub text: &'a str,
    pub spot: Spot,
}

#[derive(Debug)]
pub(super) struct Module<'a> {
    pub name: Name<'a>,
    /// In the order of the header.
    pub ports: Vec<Name<'a>>,
    pub body: Block<'a>,
    /// Parameters in the order in which a list of values overrides them.
    pub parameters: Vec<Name<'a>>,
    /// What this reader does not take, which matters only if the module is used.
    pub refused: Option<NetlistError>,
}

/// What stands in a module or in a block that is generated.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub items: Vec<Item<'a>>,
    /// Names that become nets of one bit unless something declares them.
    pub implicit: Vec<Name<'a>>,
}

#[derive(Debug)]
pub(super) enum Item<'a> {
    Parameter(Parameter<'a>),
    Nets(Declaration<'a>),
    Assign(Vec<Assignment<'a>>),
    Gate(Gate<'a>),
    Instance(Instance<'a>),
    For(Box<Loop<'a>>),
    If(Box<Choice<'a>>),
    Block(Option<Name<'a>>, Block<'a>),
}

#[derive(Debug)]
pub(super) struct Parameter<'a> {
    pub name: Name<'a>,
    /// A `localparam`, which no instance overrides.
    pub local: bool,
    pub signed: bool,
    pub range: Option<Range<'a>>,
    pub value: Expression<'a>,
}

/// The bounds of `[7:0]`.
#[derive(Debug)]
pub(super) struct Range<'a> {
    pub first: Expression<'a>,
    pub last: Expression<'a>,
}

impl Range<'_> {
    /// Whether it is written `[0:0]` or so.
    pub fn is_one_bit(&self) -> bool {
        match (&self.first.kind, &self.last.kind) {
            (Kind::Number(first), Kind::Number(last)) => first.bits == last.bits,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Input,
    Output,
}

#[derive(Debug)]
pub(super) struct Declaration<'a> {
    pub direction: Option<Direction>,
    /// `wire`, `reg`, ... stand there; else only a direction does.
    pub is_net: bool,
    /// The value of `supply0` and `supply1`.
    pub supply: Option<bool>,
    pub signed: Option<bool>,
    pub range: Option<Range<'a>>,
    pub nets: Vec<Declared<'a>>,
}

#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub name: Name<'a>,
    /// The bounds of `wire x [0:3];`.
    pub array: Option<Range<'a>>,
    pub value: Option<Expression<'a>>,
}

#[derive(Debug)]
pub(super) struct Assignment<'a> {
    pub target: Expression<'a>,
    pub value: Expression<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateKind {
    And,
    Nand,
    Or,
    Nor,
    Xor,
    Xnor,
    Buf,
    Not,
}

#[derive(Debug)]
pub(super) struct Gate<'a> {
    pub kind: GateKind,
    pub name: Option<Name<'a>>,
    pub spot: Spot,
    pub terminals: Vec<Expression<'a>>,
}

#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub module: Name<'a>,
    pub name: Name<'a>,
    /// Shared by all instances of one statement.
    pub overrides: std::rc::Rc<Connections<'a>>,
    pub connections: Connections<'a>,
}

/// What stands between the parentheses of an instance; `None` for what is left open.
#[derive(Debug)]
pub(super) enum Connections<'a> {
    Positions(Vec<Option<Expression<'a>>>),
    Names(Vec<(Name<'a>, Option<Expression<'a>>)>),
}

/// `for (i = start; condition; i = step) begin : name .. end`
#[derive(Debug)]
pub(super) struct Loop<'a> {
    pub variable: Name<'a>,
    pub start: Expression<'a>,
    pub condition: Expression<'a>,
    pub step: Expression<'a>,
    pub label: Option<Name<'a>>,
    pub body: Block<'a>,
}

#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub condition: Expression<'a>,
    /// Taken where the condition is not zero, and where it is; with their labels.
    pub branches: [(Option<Name<'a>>, Block<'a>); 2],
}

#[derive(Debug)]
pub(super) struct Expression<'a> {
    pub kind: Kind<'a>,
    pub spot: Spot,
    /// The longest way down from here, in nodes.
    pub depth: u16,
}

#[derive(Debug)]
pub(super) enum Kind<'a> {
    Number(Number),
    Name(&'a str, Vec<Select<'a>>),
    Unary(Unary, Box<Expression<'a>>),
    /// Operators of one precedence, grouped from the left.
    Chain(Box<Expression<'a>>, Vec<(Binary, Expression<'a>)>),
    /// Conditions with their values, the first that holds decides; then the value where none does.
    Conditional(Vec<(Expression<'a>, Expression<'a>)>, Box<Expression<'a>>),
    Concatenation(Vec<Expression<'a>>),
    Replication(Box<Expression<'a>>, Vec<Expression<'a>>),
    Call(Function, Box<Expression<'a>>),
}

/// A literal.
#[derive(Debug)]
pub(super) struct Number {
    /// The least significant first, up to the highest that is set.
    pub bits: Box<[bool]>,
    pub width: usize,
    pub signed: bool,
    /// Whether the width was written down.
    pub sized: bool,
}

impl Number {
    /// A number as one writes it without a width.
    pub fn of(value: u8) -> Self {
        let bits = (0..8 - value.leading_zeros()).map(|bit| value >> bit & 1 == 1).collect();
        Self { bits, width: 32, signed: true, sized: false }
    }
}

#[derive(Debug)]
pub(super) enum Select<'a> {
    /// `[i]`
    Bit(Expression<'a>),
    /// `[7:0]`
    Part(Range<'a>),
    /// `[i +: 4]`
    Up(Expression<'a>, Expression<'a>),
    /// `[i -: 4]`
    Down(Expression<'a>, Expression<'a>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Plus,
    Minus,
    Not,
    LogicalNot,
    ReduceAnd,
    ReduceNand,
    ReduceOr,
    ReduceNor,
    ReduceXor,
    ReduceXnor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
    Power,
    Multiply,
    Divide,
    Modulo,
    Add,
    Subtract,
    ShiftLeft,
    ShiftRight,
    ArithmeticRight,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    Unequal,
    And,
    Xor,
    Xnor,
    Or,
    LogicalAnd,
    LogicalOr,
}

impl Unary {
    /// Whether the result is one bit.
    pub fn is_reduction(self) -> bool {
        !matches!(self, Self::Plus | Self::Minus | Self::Not)
    }

    /// Whether the result is the same, however wide it is computed.
    pub fn keeps(self) -> bool {
        self == Self::Plus
    }
}

impl Binary {
    /// Whether the result is one bit.
    pub fn is_bit(self) -> bool {
        matches!(self.level(), 1 | 2 | 6 | 7)
    }

    /// Whether the result is the same, however wide it is computed: so it is for operators that look at each bit by
    /// itself and make zero of zeros.
    pub fn keeps(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor)
    }

    /// How strongly it binds.
    pub fn level(self) -> u8 {
        match self {
            Self::LogicalOr => 1,
            Self::LogicalAnd => 2,
            Self::Or => 3,
            Self::Xor | Self::Xnor => 4,
            Self::And => 5,
            Self::Equal | Self::Unequal => 6,
            Self::Less | Self::LessEqual | Self::Greater | Self::GreaterEqual => 7,
            Self::ShiftLeft | Self::ShiftRight | Self::ArithmeticRight => 8,
            Self::Add | Self::Subtract => 9,
            Self::Multiply | Self::Divide | Self::Modulo => 10,
            Self::Power => 11,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Signed,
    Unsigned,
    /// The number of bits that count up to a number: the logarithm to base two, rounded up.
    Clog2,
}

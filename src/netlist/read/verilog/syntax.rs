//! The tree that the parser makes of a text. Names and literals are slices of it.

use crate::{NetlistError, SourceLocation, SourceText};

/// A place, small enough to be kept with every node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    /// The text, by its position among the sources.
    pub source: u32,
    pub line: u32,
    pub column: u32,
}

impl Spot {
    pub fn location(self, sources: &[SourceText]) -> SourceLocation {
        sources[self.source as usize].location(self.line, self.column)
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct VerilogName<'a> {
    pub text: &'a str,
    pub spot: Spot,
}

#[derive(Debug)]
pub(super) struct VerilogModule<'a> {
    pub name: VerilogName<'a>,
    /// In the order of the header.
    pub ports: Vec<VerilogName<'a>>,
    pub body: VerilogBlock<'a>,
    /// Parameters in the order in which a list of values overrides them.
    pub parameters: Vec<VerilogName<'a>>,
    /// What this reader does not take, which matters only if the module is used.
    pub refused: Option<NetlistError>,
}

/// What stands in a module or in a block that is generated.
#[derive(Debug, Default)]
pub(super) struct VerilogBlock<'a> {
    pub items: Vec<VerilogItem<'a>>,
    /// Names that become nets of one bit unless something declares them.
    pub implicit: Vec<VerilogName<'a>>,
}

#[derive(Debug)]
pub(super) enum VerilogItem<'a> {
    Parameter(VerilogParameter<'a>),
    Nets(VerilogDeclaration<'a>),
    Assign(Vec<VerilogAssignment<'a>>),
    Gate(VerilogGate<'a>),
    Instance(VerilogInstance<'a>),
    For(Box<GenerateFor<'a>>),
    If(Box<GenerateIf<'a>>),
    Block(Option<VerilogName<'a>>, VerilogBlock<'a>),
}

#[derive(Debug)]
pub(super) struct VerilogParameter<'a> {
    pub name: VerilogName<'a>,
    /// A `localparam`, which no instance overrides.
    pub local: bool,
    pub signed: bool,
    pub range: Option<VerilogRange<'a>>,
    pub value: VerilogExpression<'a>,
}

/// The bounds of `[7:0]`.
#[derive(Debug)]
pub(super) struct VerilogRange<'a> {
    pub first: VerilogExpression<'a>,
    pub last: VerilogExpression<'a>,
}

impl VerilogRange<'_> {
    /// Whether it is written `[0:0]` or so.
    pub fn is_one_bit(&self) -> bool {
        match (&self.first.kind, &self.last.kind) {
            (ExpressionKind::Number(first), ExpressionKind::Number(last)) => first.bits == last.bits,
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VerilogDirection {
    Input,
    Output,
}

#[derive(Debug)]
pub(super) struct VerilogDeclaration<'a> {
    pub direction: Option<VerilogDirection>,
    /// `wire`, `reg`, ... stand there; else only a direction does.
    pub is_net: bool,
    /// The value of `supply0` and `supply1`.
    pub supply: Option<bool>,
    pub signed: Option<bool>,
    pub range: Option<VerilogRange<'a>>,
    pub nets: Vec<DeclaredNet<'a>>,
}

#[derive(Debug)]
pub(super) struct DeclaredNet<'a> {
    pub name: VerilogName<'a>,
    /// The bounds of `wire x [0:3];`.
    pub array: Option<VerilogRange<'a>>,
    pub value: Option<VerilogExpression<'a>>,
}

#[derive(Debug)]
pub(super) struct VerilogAssignment<'a> {
    pub target: VerilogExpression<'a>,
    pub value: VerilogExpression<'a>,
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
pub(super) struct VerilogGate<'a> {
    pub kind: GateKind,
    pub name: Option<VerilogName<'a>>,
    pub spot: Spot,
    pub terminals: Vec<VerilogExpression<'a>>,
}

#[derive(Debug)]
pub(super) struct VerilogInstance<'a> {
    pub module: VerilogName<'a>,
    pub name: VerilogName<'a>,
    /// Shared by all instances of one statement.
    pub overrides: std::rc::Rc<VerilogConnections<'a>>,
    pub connections: VerilogConnections<'a>,
}

/// What stands between the parentheses of an instance; `None` for what is left open.
#[derive(Debug)]
pub(super) enum VerilogConnections<'a> {
    Positions(Vec<Option<VerilogExpression<'a>>>),
    Names(Vec<(VerilogName<'a>, Option<VerilogExpression<'a>>)>),
}

/// `for (i = start; condition; i = step) begin : name .. end`
#[derive(Debug)]
pub(super) struct GenerateFor<'a> {
    pub variable: VerilogName<'a>,
    pub start: VerilogExpression<'a>,
    pub condition: VerilogExpression<'a>,
    pub step: VerilogExpression<'a>,
    pub label: Option<VerilogName<'a>>,
    pub body: VerilogBlock<'a>,
}

#[derive(Debug)]
pub(super) struct GenerateIf<'a> {
    pub condition: VerilogExpression<'a>,
    /// Taken where the condition is not zero, and where it is; with their labels.
    pub branches: [(Option<VerilogName<'a>>, VerilogBlock<'a>); 2],
}

#[derive(Debug)]
pub(super) struct VerilogExpression<'a> {
    pub kind: ExpressionKind<'a>,
    pub spot: Spot,
    /// The longest way down from here, in nodes.
    pub depth: u16,
}

#[derive(Debug)]
pub(super) enum ExpressionKind<'a> {
    Number(VerilogNumber),
    Name(&'a str, Vec<VerilogSelect<'a>>),
    Unary(Unary, Box<VerilogExpression<'a>>),
    /// Operators of one precedence, grouped from the left.
    Chain(Box<VerilogExpression<'a>>, Vec<(Binary, VerilogExpression<'a>)>),
    /// Conditions with their values, the first that holds decides; then the value where none does.
    Conditional(Vec<(VerilogExpression<'a>, VerilogExpression<'a>)>, Box<VerilogExpression<'a>>),
    Concatenation(Vec<VerilogExpression<'a>>),
    Replication(Box<VerilogExpression<'a>>, Vec<VerilogExpression<'a>>),
    Call(SystemFunction, Box<VerilogExpression<'a>>),
}

/// A literal.
#[derive(Debug)]
pub(super) struct VerilogNumber {
    /// The least significant first, up to the highest that is set.
    pub bits: Box<[bool]>,
    pub width: usize,
    pub signed: bool,
    /// Whether the width was written down.
    pub sized: bool,
}

impl VerilogNumber {
    /// A number as one writes it without a width.
    pub fn of(value: u8) -> Self {
        let bits = (0..8 - value.leading_zeros()).map(|bit| value >> bit & 1 == 1).collect();
        Self { bits, width: 32, signed: true, sized: false }
    }
}

#[derive(Debug)]
pub(super) enum VerilogSelect<'a> {
    /// `[i]`
    Bit(VerilogExpression<'a>),
    /// `[7:0]`
    Part(VerilogRange<'a>),
    /// `[i +: 4]`
    Up(VerilogExpression<'a>, VerilogExpression<'a>),
    /// `[i -: 4]`
    Down(VerilogExpression<'a>, VerilogExpression<'a>),
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
pub(super) enum SystemFunction {
    Signed,
    Unsigned,
    /// The number of bits that count up to a number: the logarithm to base two, rounded up.
    Clog2,
}

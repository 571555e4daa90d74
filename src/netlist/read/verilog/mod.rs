//! Verilog: structure and dataflow, as IEEE 1364-2005 has it, with a little of SystemVerilog where designers mix it in.
//!
//! ```text
//! lexer -> parser -> syntax (a tree a module) -> elaborate -> Builder
//! ```
//!
//! Taken are modules, parameters, nets and their one-dimensional arrays, `assign` with all operators, gate primitives,
//! instances of modules and of the cells of [`cells`](crate::cells), `generate`, and directives without
//! arguments. Statements (`always`, functions) are not: Yosys turns them into what is.
//!
//! Where Verilog leaves something undefined (x), this reader refuses what is constant, such as a bit beyond the end of
//! a vector, and takes 0 for what is not, such as a bit whose index leaves the vector at some operands.
//!
//! A port takes an expression as wide as it is, a constant that fits, and a narrower expression, which is extended.
//! Any other width is refused: Verilog would cut without a word.

mod elaborate;
mod lexer;
mod parser;
mod syntax;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use super::super::{Design, NetlistError, NetlistErrorKind, SourceText};
use elaborate::Elaborator;
use syntax::{VerilogBlock, VerilogItem, VerilogModule, VerilogRange};

/// The most bytes of all texts together, and of what their macros expand to.
const MAX_TEXT: usize = 16 << 20;
/// The most characters of a name.
const MAX_NAME: usize = 1024;
/// The widest vector, in bits.
const MAX_WIDTH: usize = 1 << 16;
/// How deeply expressions, generated blocks and instances may be nested.
const MAX_DEPTH: usize = 200;
/// The most instances and gates.
const MAX_INSTANCES: usize = 1 << 18;
/// The most bytes of the names of all nets.
const MAX_NAMES: usize = 1 << 28;
/// The most work, counted in bits that an operation looks at.
const MAX_STEPS: usize = 1 << 28;

const YOSYS: &str = "let Yosys translate it: --via yosys";

/// Reads the module `top`, else the only one with ports that no other module instantiates. Where that leaves several,
/// those count that stand in the first text, and of these those that are more than a cell left over: cells have ports
/// of one bit each and no instances. Further texts may hold modules and macros that the circuit uses.
pub fn read(sources: &[SourceText], top: Option<&str>) -> Result<Design, NetlistError> {
    let Some(first) = sources.first() else {
        let problem = NetlistErrorKind::Top("expected a text, got none".into());
        return Err(problem.at(&SourceText::new("", *b"").location(0, 0)));
    };
    let size: usize = sources.iter().map(|source| source.bytes.len()).sum();
    if size > MAX_TEXT {
        let what = format!("the text is {size} bytes long");
        return Err(
            NetlistErrorKind::TooLarge { what, limit: format!("{MAX_TEXT} bytes") }.at(&first.location(0, 0))
        );
    }
    let modules = parser::parse(sources)?;
    let mut by_name: HashMap<&str, &VerilogModule> = HashMap::new();
    for module in &modules {
        if let Some(before) = by_name.insert(module.name.text, module) {
            let first = before.name.spot.location(sources);
            let problem =
                NetlistErrorKind::Duplicate { kind: "module", name: module.name.text.into(), first };
            return Err(problem.at(&module.name.spot.location(sources)));
        }
    }
    let top = match top {
        Some(name) => match by_name.get(name) {
            Some(module) => module,
            None => {
                let message = format!("unknown module '{name}'; available: {}", listed(&modules));
                return Err(NetlistErrorKind::Top(message).at(&first.location(0, 0)));
            }
        },
        None => find_top(&modules).map_err(|problem| problem.at(&first.location(0, 0)))?,
    };
    Elaborator::new(sources, &by_name).design(top)
}

fn find_top<'m, 'a>(modules: &'m [VerilogModule<'a>]) -> Result<&'m VerilogModule<'a>, NetlistErrorKind> {
    let mut used = HashSet::new();
    // A module without ports is a testbench, and what it tests is what is wanted.
    let users = modules.iter().filter(|module| !module.ports.is_empty());
    users.for_each(|module| find_used(&module.body, &mut used));
    let free = |module: &&VerilogModule| !module.ports.is_empty() && !used.contains(module.name.text);
    let free: Vec<&VerilogModule> = modules.iter().filter(free).collect();
    let narrowed =
        |modules: &[&'m VerilogModule<'a>], keep: fn(&VerilogModule) -> bool| -> Vec<&'m VerilogModule<'a>> {
            let kept: Vec<_> = modules.iter().copied().filter(|module| keep(module)).collect();
            if kept.is_empty() { modules.to_vec() } else { kept }
        };
    let in_first = narrowed(&free, |module| module.name.spot.source == 0);
    match narrowed(&in_first, |module| !is_cell(module))[..] {
        [only] => Ok(only),
        [] if modules.is_empty() => Err(NetlistErrorKind::Top("expected a module, got none".into())),
        [] => Err(NetlistErrorKind::Top(format!(
            "every module is used by another or has no ports: {}; choose one with --top NAME",
            listed(modules)
        ))),
        ref several => Err(NetlistErrorKind::Top(format!(
            "several modules are used by no other: {}; choose one with --top NAME",
            listed(several.iter().copied())
        ))),
    }
}

/// Whether a module has ports of one bit each and no instances.
fn is_cell(module: &VerilogModule) -> bool {
    module.body.items.iter().all(|item| match item {
        VerilogItem::Nets(nets) => {
            nets.direction.is_none() || nets.range.as_ref().is_none_or(VerilogRange::is_one_bit)
        }
        VerilogItem::Instance(_) | VerilogItem::For(_) | VerilogItem::If(_) | VerilogItem::Block(..) => false,
        VerilogItem::Parameter(_) | VerilogItem::Assign(_) | VerilogItem::Gate(_) => true,
    })
}

/// The names of the modules that the instances of a block have.
fn find_used<'a>(block: &VerilogBlock<'a>, used: &mut HashSet<&'a str>) {
    for item in &block.items {
        match item {
            VerilogItem::Instance(instance) => {
                used.insert(instance.module.text);
            }
            VerilogItem::For(generated) => find_used(&generated.body, used),
            VerilogItem::If(choice) => choice.branches.iter().for_each(|(_, block)| find_used(block, used)),
            VerilogItem::Block(_, block) => find_used(block, used),
            _ => {}
        }
    }
}

fn listed<'m, 'a: 'm>(modules: impl IntoIterator<Item = &'m VerilogModule<'a>>) -> String {
    /// The most names that a message lists.
    const SHOWN: usize = 8;
    let names: Vec<&str> = modules.into_iter().map(|module| module.name.text).collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    match (names.len(), more) {
        (0, _) => "none".into(),
        (_, 0) => shown,
        _ => format!("{shown} and {more} more"),
    }
}

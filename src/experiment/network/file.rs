//! A network as people write it: parameters, blocks and repeats.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::expression::Expression;
use super::layer::{LayerKind, OneOrMany, Pair};
use axmul_support::yaml::unique_keys;

/// The whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkFile {
    /// Name of the network.
    pub name: String,
    /// Numbers that whoever uses the network may override.
    #[serde(default, deserialize_with = "unique_keys")]
    pub parameters: BTreeMap<String, i64>,
    /// Channels, rows and columns of an image.
    pub input: [Expression; 3],
    /// Number of classes.
    pub classes: Expression,
    /// Groups of layers by name.
    #[serde(default, deserialize_with = "unique_keys")]
    pub blocks: BTreeMap<String, Block>,
    /// The layers in order.
    pub layers: Vec<Item>,
}

/// A named group of layers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its parameters with their defaults; null for those that must be given.
    #[serde(default, deserialize_with = "unique_keys")]
    pub parameters: BTreeMap<String, Option<Expression>>,
    /// Its layers in order.
    pub layers: Vec<Item>,
}

/// A layer, or the use of a block. The fields of layers are those of `LayerDescription`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The layer's name, or what stands before the names of the block's layers, with a dot; `{...}` in it holds an
    /// expression. The layers of a block without a name stand beside the others.
    pub name: Option<String>,
    /// What the layer does.
    pub kind: Option<LayerKind>,
    /// The block that is used.
    pub block: Option<String>,
    /// Values for the block's parameters.
    #[serde(default, deserialize_with = "unique_keys")]
    pub with: BTreeMap<String, Expression>,
    /// How often it stands there, once unless given; `index` counts.
    pub repeat: Option<Expression>,
    /// Where `index` starts, at 0 unless given.
    pub start: Option<Expression>,
    pub from: Option<OneOrMany>,
    pub channels: Option<Expression>,
    pub features: Option<Expression>,
    pub kernel: Option<Pair<Expression>>,
    pub stride: Option<Pair<Expression>>,
    pub padding: Option<Pair<Expression>>,
    pub dilation: Option<Pair<Expression>>,
    pub groups: Option<Expression>,
    pub bias: Option<bool>,
    pub output: Option<Pair<Expression>>,
    pub probability: Option<f64>,
}

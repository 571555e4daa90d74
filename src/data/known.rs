//! The data sets that are known by name, beside MNIST: kept packed, as published.
//!
//! The SHA-256 of CIFAR-10, CIFAR-100 and Fashion-MNIST are those that TensorFlow Datasets verifies by; that of
//! TinyImageNet, which its authors published without any, is the one that several projects independently record.

use super::{DataFile, DataSet};

/// 70,000 pictures of clothes, made to be used in place of MNIST.
pub static FASHION_MNIST: DataSet = DataSet {
    name: "fashion-mnist",
    about: "70,000 pieces of clothing, 28x28 pixels, 10 classes (Xiao, Rasul, Vollgraf)",
    files: &[
        DataFile {
            name: "train-images-idx3-ubyte.gz",
            bytes: 26_421_880,
            sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            packed: true,
        },
        DataFile {
            name: "train-labels-idx1-ubyte.gz",
            bytes: 29_515,
            sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            packed: true,
        },
        DataFile {
            name: "t10k-images-idx3-ubyte.gz",
            bytes: 4_422_102,
            sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            packed: true,
        },
        DataFile {
            name: "t10k-labels-idx1-ubyte.gz",
            bytes: 5_148,
            sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            packed: true,
        },
    ],
    mirrors: &[
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
        "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
    ],
    npm: None,
};

/// 60,000 photographs of ten kinds of animals and vehicles.
pub static CIFAR10: DataSet = DataSet {
    name: "cifar10",
    about: "60,000 colour photographs, 32x32 pixels, 10 classes (Krizhevsky)",
    files: &[DataFile {
        name: "cifar-10-binary.tar.gz",
        bytes: 170_052_171,
        sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        packed: true,
    }],
    mirrors: &["https://www.cs.toronto.edu/~kriz"],
    npm: None,
};

/// 60,000 photographs of a hundred kinds of things.
pub static CIFAR100: DataSet = DataSet {
    name: "cifar100",
    about: "60,000 colour photographs, 32x32 pixels, 100 classes (Krizhevsky)",
    files: &[DataFile {
        name: "cifar-100-binary.tar.gz",
        bytes: 168_513_733,
        sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
        packed: true,
    }],
    mirrors: &["https://www.cs.toronto.edu/~kriz"],
    npm: None,
};

/// 110,000 photographs with labels, a small ImageNet.
pub static TINY_IMAGENET: DataSet = DataSet {
    name: "tiny-imagenet",
    about: "110,000 colour photographs, 64x64 pixels, 200 classes (Stanford CS231n)",
    files: &[DataFile {
        name: "tiny-imagenet-200.zip",
        bytes: 248_100_043,
        sha256: "6198c8ae015e2b3e007c7841da39ec069199b9aa3bfa943a462022fe5e43c821",
        packed: true,
    }],
    mirrors: &["http://cs231n.stanford.edu"],
    npm: None,
};

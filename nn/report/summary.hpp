// What a net is made of: its layers in the order of their calls, what they give, and what they cost.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <vector>

#include "../module/module.hpp"

namespace jt {

/// What a net is given to try it: a Var, or a shape, for which stand float32 numbers from 0 to 1.
struct Example {
    Example(const Var& x) : x(x) {}
    Example(const Shape& shape) : shape(shape) {}
    Example(std::initializer_list<std::int64_t> shape) : shape(shape) {}

    Var x;
    Shape shape;
};

/// The table and its sums. What a row counts is its own, without the layers in it, so that rows add up.
///
/// Multiply-adds are those of matrix products, convolutions (each tap of each output pixel, also over padding, and of
/// a transposed one of each input pixel), attention and recurrent layers, in the layer whose execute makes them. What
/// goes element by element, as activations and norms do, is not counted, nor is what runs in other threads.
struct Summary {
    struct Row {
        std::string path;  ///< "Net.fc1"
        std::string kind;  ///< the class, "Linear"
        std::size_t depth;
        std::vector<Shape> outputs;      ///< (0,) for an empty Var
        bool called;                     ///< false for those that were not, behind the others
        bool again;                      ///< the layer has a row above
        std::int64_t trainable, frozen;  ///< numbers in parameters that stand in no row above
        std::int64_t buffers;            ///< the same of what is saved but does not learn
        std::int64_t multiply_adds;
    };
    struct Bytes {
        std::int64_t parameters, buffers, outputs;  ///< of outputs those of all calls
    };

    std::vector<Row> rows;
    std::int64_t trainable = 0, frozen = 0, buffers = 0, multiply_adds = 0;
    Bytes bytes = {};

    std::int64_t parameters() const { return trainable + frozen; }
};

/// Calls the net once, in eval mode and without gradients, and puts back what this changes: modes, attributes, values
/// of Vars, hooks, the random stream; also when execute throws, whose error comes out. What a class of your own keeps
/// in members that are no attributes is not put back, and hooks of yours run.
Summary summary(nn::Module& net, const std::vector<Example>& inputs);

/// The table, a line for each row, and its sums.
std::string str(const Summary& summary);
std::ostream& operator<<(std::ostream& out, const Summary& summary);

}  // namespace jt

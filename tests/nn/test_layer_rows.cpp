// A row for each layer, from which its printed form, its shapes, its gradients, its copies and its file follow.
#include <functional>

#include "../../autograd/gradcheck.hpp"
#include "../../core/random.hpp"
#include "../../nn/layers.hpp"
#include "../../nn/loss.hpp"
#include "../check.hpp"

using namespace jt;

namespace {

/// A class, how to make one, inputs that it takes, the shape that comes of them, and how it prints.
struct LayerRow {
    std::string name;
    std::function<nn::ModulePtr()> make;
    std::function<Vars()> inputs;
    Shape output;
    std::string printed;
};

Vars image() { return {randn({2, 4, 7, 5})}; }
Vars rows_of_three() { return {randn({4, 3})}; }

const std::vector<LayerRow> rows = {
    {"Linear", [] { return nn::make<nn::Linear>(3, 2); }, rows_of_three, {4, 2}, "Linear(3, 2, float32[2,])"},
    {"Linear", [] { return nn::make<nn::Linear>(3, 2, {.bias = false}); }, rows_of_three, {4, 2}, "Linear(3, 2, None)"},
    {"Conv",
     [] {
         return nn::make<nn::Conv>(4, 6, Pair{3, 2}, {.stride = {2, 1}, .padding = {1, 0}, .groups = 2});
     },
     image,
     {2, 6, 4, 4},
     "Conv(4, 6, (3, 2), (2, 1), (1, 0), (1, 1), 2, float32[6,])"},
    {"Pool",
     [] {
         return nn::make<nn::Pool>(3, {.stride = 2, .padding = {1, 0}, .ceil_mode = true});
     },
     image,
     {2, 4, 4, 2},
     "Pool((3, 3), (2, 2), (1, 0), dilation=None, return_indices=None, ceil_mode=True, count_include_pad=True, "
     "op=maximum)"},
    {"Pool",
     [] { return nn::make<nn::Pool>(2, {.op = nn::PoolOp::mean}); },
     image,
     {2, 4, 3, 2},
     "Pool((2, 2), (2, 2), (0, 0), dilation=None, return_indices=None, ceil_mode=False, count_include_pad=False, "
     "op=mean)"},
    {"ReLU", [] { return nn::make<nn::ReLU>(); }, rows_of_three, {4, 3}, "relu()"},
    {"Tanh", [] { return nn::make<nn::Tanh>(); }, rows_of_three, {4, 3}, "Tanh()"},
    {"Sigmoid", [] { return nn::make<nn::Sigmoid>(); }, rows_of_three, {4, 3}, "Sigmoid()"},
    {"Softplus", [] { return nn::make<nn::Softplus>(); }, rows_of_three, {4, 3}, "Softplus(1, threshold=20)"},
    {"Softplus",
     [] { return nn::make<nn::Softplus>({.beta = 2.5, .threshold = 1}); },
     rows_of_three,
     {4, 3},
     "Softplus(2.5, threshold=1)"},
    {"Dropout", [] { return nn::make<nn::Dropout>(0.2); }, rows_of_three, {4, 3}, "Dropout(0.2, is_train=True)"},
    {"Flatten", [] { return nn::make<nn::Flatten>(); }, image, {2, 140}, "Flatten(1, end_dim=-1)"},
    {"Sequential",
     [] { return nn::make<nn::Sequential>(nn::make<nn::Linear>(3, 2), nn::make<nn::Tanh>()); },
     rows_of_three,
     {4, 2},
     "Sequential(\n    0: Linear(3, 2, float32[2,])\n    1: Tanh()\n)"},
    {"CrossEntropyLoss",
     [] {
         return nn::make<nn::CrossEntropyLoss>({.weight = array({1.0, 2.0, 3.0}), .ignore_index = 5});
     },
     [] {
         return Vars{randn({4, 3}), array({0, 2, 1, 2})};
     },
     {1},
     "CrossEntropyLoss(float32[3,], ignore_index=5)"},
    {"MSELoss",
     [] { return nn::make<nn::MSELoss>(nn::Reduction::none); },
     [] {
         return Vars{randn({4, 3}), randn({4, 3})};
     },
     {4, 3},
     "MSELoss(none)"},
};

Var output(const nn::ModulePtr& layer, const Vars& inputs) {
    set_global_seed(3);  // what a layer draws when it is called
    return layer->call(inputs)[0];
}

// In float64, so that differences are exact enough: the float inputs, then every parameter.
void check_gradients(const nn::ModulePtr& layer, const Vars& given) {
    Vars inputs, all;
    for (const Var& x : given) inputs.push_back(is_float(x.dtype()) ? x.float64() : x);
    for (const Var& x : inputs)
        if (is_float(x.dtype())) all.push_back(x);
    const std::size_t n = all.size();
    for (const auto& [name, p] : layer->named_parameters()) all.push_back(p.float64());
    const auto f = [&](const Vars& v) {
        Vars in = inputs;
        for (std::size_t k = 0; k < n; ++k) in[k] = v[k];
        std::size_t k = n;
        for (const auto& [name, p] : layer->named_parameters()) {
            const auto dot = name.rfind('.');
            const nn::ModulePtr owner = dot == name.npos ? layer : layer->getattr_module(name.substr(0, dot));
            owner->setattr(name.substr(dot + 1), v[k++]);
        }
        return output(layer, in);
    };
    const auto result = gradcheck(f, all);
    CHECK_MESSAGE(result.ok, result.message);
}

// A batch of nothing, one more axis, and an input that holds nothing: an answer or an error, never a crash.
void check_edges(const nn::ModulePtr& layer, const Vars& inputs) {
    Shape none = inputs[0].shape(), more = none;
    none[0] = 0;
    more.push_back(2);
    for (const Var& x : {zeros(none), zeros(more), zeros({1}), Var()}) {
        Vars changed = inputs;
        changed[0] = x;
        try {
            output(layer, changed);
            CHECK(x.defined());
        } catch (const Error& error) {
            CHECK(std::string(error.what()).find(": needs ") != std::string::npos);
        }
    }
}

void check(const LayerRow& row) {
    CAPTURE(row.name);
    set_global_seed(1);
    const nn::ModulePtr layer = row.make(), copy = layer->clone();
    const Vars inputs = row.inputs();
    CHECK_EQ(nn::str(*layer), row.printed);
    CHECK_EQ(nn::str(*copy), row.printed);
    const Var y = output(layer, inputs);
    CHECK_EQ(y.shape(), row.output);
    CHECK_SAME(output(copy, inputs), y);
    const nn::ModulePtr other = row.make();
    other->load_state_dict(layer->state_dict());
    CHECK_SAME(output(other, inputs), y);
    set_global_seed(1);
    CHECK_SAME(output(row.make(), inputs), y);
    check_edges(layer, inputs);
    check_gradients(copy, inputs);
    copy->eval();
    CHECK_EQ(output(copy, inputs).shape(), row.output);
}

}  // namespace

TEST_SUITE("nn") {
    TEST_CASE("every layer: printed form, shapes, gradients, copies, edges") {
        for (const LayerRow& row : rows) check(row);
    }
}

// The three programs of Jittor's weightnorm page, line by line.
#include <iostream>
#include <minijt/minijt.hpp>

using jt::Var;
namespace nn = jt::nn;
namespace weightnorm = jt::weightnorm;

// (a) WeightNorm as an object: apply and remove.
void as_object() {
    weightnorm::WeightNorm wn("weight", -1);
    nn::Linear linear_layer(3, 4);
    wn.apply(linear_layer, "weight", -1);
    std::cout << "after apply, weight_g: " << linear_layer.hasattr("weight_g") << '\n';
    wn.remove(linear_layer);
    std::cout << "after remove, weight_g: " << linear_layer.hasattr("weight_g") << '\n';
}

// (b) The functions: the weight is rebuilt by a hook that runs before each call.
void as_functions() {
    nn::Linear model(20, 40);
    weightnorm::weight_norm(model, "weight", -1);
    std::cout << "after weight_norm, __fhook2__: " << model.hasattr("__fhook2__") << '\n';
    weightnorm::remove_weight_norm(model, "weight");
    std::cout << "after remove_weight_norm, __fhook2__: " << model.hasattr("__fhook2__") << '\n';
    try {
        weightnorm::remove_weight_norm(model, "weight");
    } catch (const jt::KeyError& error) {
        std::cout << "once more: " << error.what() << '\n';
    }
}

// (c) A module of one's own: any parameter that `execute` reads can be normed.
struct Product : nn::Module {
    Var& linear;

    explicit Product(const Var& weight) : linear(attr("linear", jt::array(weight))) {}
    Var execute(const Var& x) override { return jt::matmul(linear, x); }
};

void of_own_module() {
    Product jm(jt::array({{3, 4}, {0, 5}, {1, 0}}, jt::float32));
    const Var x = jt::array({{1}, {2}}, jt::float32);
    weightnorm::weight_norm(jm, "linear", -1);
    std::cout << "y = " << jm(x) << '\n';
    std::cout << "g = " << jm.getattr("linear_g") << '\n';
    jm.setattr("linear_g", jt::array({{10}, {10}, {2}}, jt::float32));
    std::cout << "y with g doubled = " << jm(x) << '\n';
}

int main() {
    std::cout << std::boolalpha;
    as_object();
    as_functions();
    of_own_module();
}

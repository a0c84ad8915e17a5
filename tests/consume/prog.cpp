// A project that uses an installed minijt.
#include <minijt/minijt.hpp>

#include <iostream>

int main() {
    jt::set_global_seed(0);
    const jt::Var x = jt::array({{1, 2}, {3, 4}}, jt::float32);
    const jt::Var gx = jt::grad((x * x).sum(), x);
    std::cout << gx << '\n';
    return gx.to_vector<float>() == std::vector<float>{2, 4, 6, 8} ? 0 : 1;
}

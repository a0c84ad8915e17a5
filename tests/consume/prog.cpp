// A project that uses minijt: prints which one, and whether it can differentiate.
#include <minijt/minijt.hpp>

#include <iostream>

int main() {
    jt::set_global_seed(0);
    const jt::Var x = jt::array({{1, 2}, {3, 4}}, jt::float32);
    const jt::Var gx = jt::grad((x * x).sum(), x);
    std::cout << MINIJT_VERSION_MAJOR << '.' << MINIJT_VERSION_MINOR << '.' << MINIJT_VERSION_PATCH << ' '
              << MINIJT_VERSION << ' ' << (gx.to_vector<float>() == std::vector<float>{2, 4, 6, 8}) << '\n';
}

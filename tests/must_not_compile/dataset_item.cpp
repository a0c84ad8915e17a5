// An item with values of which no batch is made.
// Says: items of a Dataset are made of Var, numbers and std::string
#include <minijt/dataset.hpp>
#include <minijt/minijt.hpp>

using namespace jt;

#if defined(OK)
using Value = Var;
#else
using Value = std::vector<int>;
#endif

struct Lists : dataset::Dataset<Value, int> {
    std::int64_t size() const override { return 1; }
    std::tuple<Value, int> item(std::int64_t) const override { return {Value(), 1}; }
};

int main() {
    Lists lists;
    for (auto [x, y] : lists) break;
}

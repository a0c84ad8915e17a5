// Each friendship stands once, with the member of the smaller number.
#include "karate_data.hpp"

#include <vector>

namespace {

const std::vector<std::vector<int>> later_friends = {
    {1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 19, 21, 31},
    {2, 3, 7, 13, 17, 19, 21, 30},
    {3, 7, 8, 9, 13, 27, 28, 32},
    {7, 12, 13},
    {6, 10},
    {6, 10, 16},
    {16},
    {},
    {30, 32, 33},
    {33},
    {},
    {},
    {},
    {33},
    {32, 33},
    {32, 33},
    {},
    {},
    {32, 33},
    {33},
    {32, 33},
    {},
    {32, 33},
    {25, 27, 29, 32, 33},
    {25, 27, 31},
    {31},
    {29, 33},
    {33},
    {31, 33},
    {32, 33},
    {32, 33},
    {32, 33},
    {33},
};

}  // namespace

jt::Var karate_friends() {
    std::vector<int> pairs;
    for (std::size_t member = 0; member < later_friends.size(); ++member)
        for (const int other : later_friends[member]) pairs.insert(pairs.end(), {static_cast<int>(member), other});
    return jt::array(pairs).reshape({-1, 2});
}

jt::Var karate_factions() {
    return jt::array(
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
}

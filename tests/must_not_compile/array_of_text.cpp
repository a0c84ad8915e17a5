// Numbers from a vector of characters.
// Says: characters are no numbers
#include <minijt/minijt.hpp>

using namespace jt;

#if defined(OK)
using Value = unsigned char;
#else
using Value = char;
#endif

int main() { return array(std::vector<Value>{1, 2}).numel() == 2 ? 0 : 1; }

// The yardstick of compile time: what everybody's first program costs.
#include <iostream>

int main() { std::cout << "Hello, world!\n"; }

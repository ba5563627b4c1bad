"""What the generated function of a place in a message is called."""


def place_name(plain: str, class_name: str, depth: int) -> str:
    """A Python name for the place ``plain`` (a path without indexes), its class and the lists around it; one to one."""
    return f"at_{plain.replace('_', '_1').replace('.', '_0')}_2{class_name.replace('_', '_1')}_2{depth}"

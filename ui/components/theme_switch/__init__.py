from ui.components.theme_switch.theme_switch import ThemeSwitch

__all__ = ["ThemeSwitch"]

//! The keys that every layout shares: their codes, their names in XKB, and what they give.
//!
//! Codes are those of evdev (`linux/input-event-codes.h`), names those that XKB gives to them for evdev. What it is
//! not: letters, digits and punctuation, which are the layouts'. Invariant: sorted by code, each code once.

/// One key: code of evdev, name in XKB, keysyms of its levels, separated by spaces. No keysyms: a key of a layout,
/// or one that gives nothing.
pub(super) struct Fixed(pub u32, pub &'static str, pub &'static str);

/// Every key up to `KEY_MICMUTE`. Keysyms that libxkbcommon 1.0 has no name for are numbers.
#[rustfmt::skip]
pub(super) static KEYS: &[Fixed] = &[
    Fixed(1, "ESC", "Escape"),
    Fixed(2, "AE01", ""), Fixed(3, "AE02", ""), Fixed(4, "AE03", ""), Fixed(5, "AE04", ""),
    Fixed(6, "AE05", ""), Fixed(7, "AE06", ""), Fixed(8, "AE07", ""), Fixed(9, "AE08", ""),
    Fixed(10, "AE09", ""), Fixed(11, "AE10", ""), Fixed(12, "AE11", ""), Fixed(13, "AE12", ""),
    Fixed(14, "BKSP", "BackSpace"), Fixed(15, "TAB", "Tab ISO_Left_Tab"),
    Fixed(16, "AD01", ""), Fixed(17, "AD02", ""), Fixed(18, "AD03", ""), Fixed(19, "AD04", ""),
    Fixed(20, "AD05", ""), Fixed(21, "AD06", ""), Fixed(22, "AD07", ""), Fixed(23, "AD08", ""),
    Fixed(24, "AD09", ""), Fixed(25, "AD10", ""), Fixed(26, "AD11", ""), Fixed(27, "AD12", ""),
    Fixed(28, "RTRN", "Return"), Fixed(29, "LCTL", "Control_L"),
    Fixed(30, "AC01", ""), Fixed(31, "AC02", ""), Fixed(32, "AC03", ""), Fixed(33, "AC04", ""),
    Fixed(34, "AC05", ""), Fixed(35, "AC06", ""), Fixed(36, "AC07", ""), Fixed(37, "AC08", ""),
    Fixed(38, "AC09", ""), Fixed(39, "AC10", ""), Fixed(40, "AC11", ""), Fixed(41, "TLDE", ""),
    Fixed(42, "LFSH", "Shift_L"), Fixed(43, "BKSL", ""),
    Fixed(44, "AB01", ""), Fixed(45, "AB02", ""), Fixed(46, "AB03", ""), Fixed(47, "AB04", ""),
    Fixed(48, "AB05", ""), Fixed(49, "AB06", ""), Fixed(50, "AB07", ""), Fixed(51, "AB08", ""),
    Fixed(52, "AB09", ""), Fixed(53, "AB10", ""), Fixed(54, "RTSH", "Shift_R"),
    Fixed(55, "KPMU", "KP_Multiply"), Fixed(56, "LALT", "Alt_L Meta_L"), Fixed(57, "SPCE", ""),
    Fixed(58, "CAPS", "Caps_Lock"),
    Fixed(59, "FK01", "F1"), Fixed(60, "FK02", "F2"), Fixed(61, "FK03", "F3"), Fixed(62, "FK04", "F4"),
    Fixed(63, "FK05", "F5"), Fixed(64, "FK06", "F6"), Fixed(65, "FK07", "F7"), Fixed(66, "FK08", "F8"),
    Fixed(67, "FK09", "F9"), Fixed(68, "FK10", "F10"),
    Fixed(69, "NMLK", "Num_Lock"), Fixed(70, "SCLK", "Scroll_Lock"),
    Fixed(71, "KP7", "KP_Home KP_7"), Fixed(72, "KP8", "KP_Up KP_8"), Fixed(73, "KP9", "KP_Prior KP_9"),
    Fixed(74, "KPSU", "KP_Subtract"),
    Fixed(75, "KP4", "KP_Left KP_4"), Fixed(76, "KP5", "KP_Begin KP_5"), Fixed(77, "KP6", "KP_Right KP_6"),
    Fixed(78, "KPAD", "KP_Add"),
    Fixed(79, "KP1", "KP_End KP_1"), Fixed(80, "KP2", "KP_Down KP_2"), Fixed(81, "KP3", "KP_Next KP_3"),
    Fixed(82, "KP0", "KP_Insert KP_0"), Fixed(83, "KPDL", "KP_Delete KP_Decimal"),
    Fixed(84, "LVL3", "ISO_Level3_Shift"), Fixed(86, "LSGT", ""),
    Fixed(87, "FK11", "F11"), Fixed(88, "FK12", "F12"), Fixed(89, "AB11", ""),
    Fixed(90, "KATA", "Katakana"), Fixed(91, "HIRA", "Hiragana"), Fixed(92, "HENK", "Henkan_Mode"),
    Fixed(93, "HKTG", "Hiragana_Katakana"), Fixed(94, "MUHE", "Muhenkan"), Fixed(95, "JPCM", ""),
    Fixed(96, "KPEN", "KP_Enter"), Fixed(97, "RCTL", "Control_R"), Fixed(98, "KPDV", "KP_Divide"),
    Fixed(99, "PRSC", "Print Sys_Req"), Fixed(100, "RALT", "Alt_R Meta_R"), Fixed(101, "LNFD", "Linefeed"),
    Fixed(102, "HOME", "Home"), Fixed(103, "UP", "Up"), Fixed(104, "PGUP", "Prior"),
    Fixed(105, "LEFT", "Left"), Fixed(106, "RGHT", "Right"), Fixed(107, "END", "End"),
    Fixed(108, "DOWN", "Down"), Fixed(109, "PGDN", "Next"), Fixed(110, "INS", "Insert"),
    Fixed(111, "DELE", "Delete"), Fixed(112, "I120", ""), Fixed(113, "MUTE", "XF86AudioMute"),
    Fixed(114, "VOL-", "XF86AudioLowerVolume"), Fixed(115, "VOL+", "XF86AudioRaiseVolume"),
    Fixed(116, "POWR", "XF86PowerOff"), Fixed(117, "KPEQ", "KP_Equal"), Fixed(118, "I126", "plusminus"),
    Fixed(119, "PAUS", "Pause Break"), Fixed(120, "I128", "XF86LaunchA"), Fixed(121, "I129", "KP_Decimal"),
    Fixed(122, "HNGL", "Hangul"), Fixed(123, "HJCV", "Hangul_Hanja"), Fixed(124, "AE13", ""),
    Fixed(125, "LWIN", "Super_L"), Fixed(126, "RWIN", "Super_R"), Fixed(127, "COMP", "Menu"),
    Fixed(128, "STOP", "Cancel"), Fixed(129, "AGAI", "Redo"), Fixed(130, "PROP", "SunProps"),
    Fixed(131, "UNDO", "Undo"), Fixed(132, "FRNT", "SunFront"), Fixed(133, "COPY", "XF86Copy"),
    Fixed(134, "OPEN", "XF86Open"), Fixed(135, "PAST", "XF86Paste"), Fixed(136, "FIND", "Find"),
    Fixed(137, "CUT", "XF86Cut"), Fixed(138, "HELP", "Help"), Fixed(139, "I147", "XF86MenuKB"),
    Fixed(140, "I148", "XF86Calculator"), Fixed(141, "I149", ""), Fixed(142, "I150", "XF86Sleep"),
    Fixed(143, "I151", "XF86WakeUp"), Fixed(144, "I152", "XF86Explorer"), Fixed(145, "I153", "XF86Send"),
    Fixed(146, "I154", ""), Fixed(147, "I155", "XF86Xfer"), Fixed(148, "I156", "XF86Launch1"),
    Fixed(149, "I157", "XF86Launch2"), Fixed(150, "I158", "XF86WWW"), Fixed(151, "I159", "XF86DOS"),
    Fixed(152, "I160", "XF86ScreenSaver"), Fixed(153, "I161", "XF86RotateWindows"),
    Fixed(154, "I162", "XF86TaskPane"), Fixed(155, "I163", "XF86Mail"), Fixed(156, "I164", "XF86Favorites"),
    Fixed(157, "I165", "XF86MyComputer"), Fixed(158, "I166", "XF86Back"), Fixed(159, "I167", "XF86Forward"),
    Fixed(160, "I168", ""), Fixed(161, "I169", "XF86Eject"), Fixed(162, "I170", "XF86Eject"),
    Fixed(163, "I171", "XF86AudioNext"), Fixed(164, "I172", "XF86AudioPlay XF86AudioPause"),
    Fixed(165, "I173", "XF86AudioPrev"), Fixed(166, "I174", "XF86AudioStop XF86Eject"),
    Fixed(167, "I175", "XF86AudioRecord"), Fixed(168, "I176", "XF86AudioRewind"),
    Fixed(169, "I177", "XF86Phone"), Fixed(170, "I178", ""), Fixed(171, "I179", "XF86Tools"),
    Fixed(172, "I180", "XF86HomePage"), Fixed(173, "I181", "XF86Reload"), Fixed(174, "I182", "XF86Close"),
    Fixed(175, "I183", ""), Fixed(176, "I184", ""), Fixed(177, "I185", "XF86ScrollUp"),
    Fixed(178, "I186", "XF86ScrollDown"), Fixed(179, "I187", "parenleft"), Fixed(180, "I188", "parenright"),
    Fixed(181, "I189", "XF86New"), Fixed(182, "I190", "Redo"),
    Fixed(183, "FK13", "F13"), Fixed(184, "FK14", "F14"), Fixed(185, "FK15", "F15"),
    Fixed(186, "FK16", "F16"), Fixed(187, "FK17", "F17"), Fixed(188, "FK18", "F18"),
    Fixed(189, "FK19", "F19"), Fixed(190, "FK20", "F20"), Fixed(191, "FK21", "F21"),
    Fixed(192, "FK22", "F22"), Fixed(193, "FK23", "F23"), Fixed(194, "FK24", "F24"),
    // No keyboard has these: they tie the virtual modifiers to real ones, as every keymap of xkeyboard-config does.
    Fixed(196, "ALT", "NoSymbol Alt_L"), Fixed(197, "META", "NoSymbol Meta_L"),
    Fixed(198, "SUPR", "NoSymbol Super_L"), Fixed(199, "HYPR", "NoSymbol Hyper_L"),
    Fixed(200, "I208", "XF86AudioPlay"), Fixed(201, "I209", "XF86AudioPause"),
    Fixed(202, "I210", "XF86Launch3"), Fixed(203, "I211", "XF86Launch4"), Fixed(204, "I212", "XF86LaunchB"),
    Fixed(205, "I213", "XF86Suspend"), Fixed(206, "I214", "XF86Close"), Fixed(207, "I215", "XF86AudioPlay"),
    Fixed(208, "I216", "XF86AudioForward"), Fixed(209, "I217", ""), Fixed(210, "I218", "Print"),
    Fixed(211, "I219", ""), Fixed(212, "I220", "XF86WebCam"), Fixed(213, "I221", "0x1008ffb6"),
    Fixed(214, "I222", ""), Fixed(215, "I223", "XF86Mail"), Fixed(216, "I224", "XF86Messenger"),
    Fixed(217, "I225", "XF86Search"), Fixed(218, "I226", "XF86Go"), Fixed(219, "I227", "XF86Finance"),
    Fixed(220, "I228", "XF86Game"), Fixed(221, "I229", "XF86Shop"), Fixed(222, "I230", ""),
    Fixed(223, "I231", "Cancel"), Fixed(224, "I232", "XF86MonBrightnessDown"),
    Fixed(225, "I233", "XF86MonBrightnessUp"), Fixed(226, "I234", "XF86AudioMedia"),
    Fixed(227, "I235", "XF86Display"), Fixed(228, "I236", "XF86KbdLightOnOff"),
    Fixed(229, "I237", "XF86KbdBrightnessDown"), Fixed(230, "I238", "XF86KbdBrightnessUp"),
    Fixed(231, "I239", "XF86Send"), Fixed(232, "I240", "XF86Reply"), Fixed(233, "I241", "XF86MailForward"),
    Fixed(234, "I242", "XF86Save"), Fixed(235, "I243", "XF86Documents"), Fixed(236, "I244", "XF86Battery"),
    Fixed(237, "I245", "XF86Bluetooth"), Fixed(238, "I246", "XF86WLAN"), Fixed(239, "I247", "XF86UWB"),
    Fixed(240, "I248", ""), Fixed(241, "I249", "XF86Next_VMode"), Fixed(242, "I250", "XF86Prev_VMode"),
    Fixed(243, "I251", "0x1008ff07"), Fixed(244, "I252", "0x100810f4"), Fixed(245, "I253", "0x100810f5"),
    Fixed(246, "I254", "XF86WWAN"), Fixed(247, "I255", "0x1008ffb5"), Fixed(248, "I256", "XF86AudioMicMute"),
];

/// The rows of a keyboard, as the tables of the layouts write them.
pub(super) static ROWS: &[(&str, &str)] = &[
    ("E", "TLDE AE01 AE02 AE03 AE04 AE05 AE06 AE07 AE08 AE09 AE10 AE11 AE12"),
    ("D", "AD01 AD02 AD03 AD04 AD05 AD06 AD07 AD08 AD09 AD10 AD11 AD12"),
    ("C", "AC01 AC02 AC03 AC04 AC05 AC06 AC07 AC08 AC09 AC10 AC11 BKSL"),
    ("B", "LSGT AB01 AB02 AB03 AB04 AB05 AB06 AB07 AB08 AB09 AB10"),
];

/// Finds a key by its name in XKB.
pub(super) fn code(name: &str) -> Option<u32> {
    KEYS.iter().find(|key| key.1 == name).map(|key| key.0)
}

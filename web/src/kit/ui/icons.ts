// The one icon set of the client (Lucide, ISC), named one by one so that only
// these are shipped.
export {
  Archive, ArrowLeft, Bold, BookOpen, CalendarDays, Check, ChevronLeft, ChevronDown, ChevronRight, CircleHelp, Clock, Download, Ellipsis, FileText,
  Folder, FolderInput, Forward, Image, ImageOff, Inbox, Italic, Keyboard, LayoutGrid, Link, List, ListOrdered, LogOut, Mail, MailOpen, Maximize2,
  Minimize2, Minus, MailWarning, PanelLeft, Paperclip, Pencil, Quote, RefreshCw, Reply, ReplyAll, RemoveFormatting, Search, Send, Settings,
  ShieldAlert, SquarePen, Star, Strikethrough, Tag, SlidersHorizontal, Plus, Bookmark, CheckCheck, ChevronUp, CircleAlert, UserCheck, CircleCheck,
  Trash2, Underline, Users, WifiOff, X, FileSpreadsheet, FileArchive, FileImage, File, Eye, Printer, Table, AlignLeft, AlignCenter, AlignRight,
  ImagePlus, FileDown, FileUp, Code, BellOff, GripVertical, ListFilter, Plane,
} from 'lucide-react'
export type { LucideIcon } from 'lucide-react'

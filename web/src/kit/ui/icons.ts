// The one icon set of the client (Lucide, ISC), named one by one so that only
// these are shipped.
export {
  AlignCenter, AlignLeft, AlignRight, Archive, ArrowLeft, BellOff, Bold, BookOpen, Bookmark, CalendarDays,
  Check, CheckCheck, ChevronDown, ChevronLeft, ChevronRight, ChevronUp, CircleAlert, CircleCheck, CircleHelp,
  Clock, Code, Download, Ellipsis, Eye, File, FileArchive, FileDown, FileImage, FileSpreadsheet, FileText,
  FileUp, Folder, FolderInput, Forward, GripVertical, Image, ImageOff, ImagePlus, Inbox, Italic, Keyboard,
  LayoutGrid, Link, List, ListFilter, ListOrdered, LogOut, Mail, MailOpen, MailWarning, Maximize2, Minimize2,
  Minus, PanelLeft, Paperclip, Pencil, Plane, Plus, Printer, Quote, RefreshCw, RemoveFormatting, Reply,
  ReplyAll, Search, Send, Settings, ShieldAlert, SlidersHorizontal, SquarePen, Star, Strikethrough, Table,
  Stamp, Tag, Trash2, Underline, Undo2, UserCheck, UserCog, Users, WifiOff, X,
} from 'lucide-react'
export type { LucideIcon } from 'lucide-react'
